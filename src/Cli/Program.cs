using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Verbs;

var checkout = Checkout.Find();
var root = new RootCommand("Keeps a PostgreSQL warehouse fresh with Meta Marketing API data.")
{
    DemoVerb.Create(checkout),
    MigrateVerb.Create(checkout),
    DoctorVerb.Create(checkout),
    GraphSimVerb.Create(checkout),
    BenchVerb.Create(checkout),
    TestVerb.Create(checkout),
    DownVerb.Create(checkout),
};
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
