using MetaGrains.Silo.Hosting;

return await SiloProcess.RunAsync(args);
