using MetaGrains.Engine.Tests.Support;

// Run by the tests as a process of its own that they can freeze and kill; the tests themselves run in the test host.
return await SiloProgram.RunAsync(args);
