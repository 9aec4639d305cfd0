using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Verbs;

return await Verb.InvokeAsync(CommandLine.Create(Checkout.Find()), args);
