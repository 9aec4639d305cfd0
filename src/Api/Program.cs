using MetaGrains.Api.Hosting;

return await ApiProcess.RunAsync(args, Console.In, Console.Out, Console.Error);
