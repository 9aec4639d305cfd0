using System.CommandLine;
using System.CommandLine.Help;
using MetaGrains.Cli.Hosting;

namespace MetaGrains.Cli.Verbs;

/// <summary>All verbs.</summary>
internal static class CommandLine
{
    // A plain command and not a RootCommand: that one would call itself by the name of the assembly.
    public static Command Create(Checkout checkout) =>
        new("metagrains", "Keeps a PostgreSQL warehouse fresh with Meta Marketing API data.")
        {
            new HelpOption { Recursive = true },
            new VersionOption(),
            DemoVerb.Create(checkout),
            MigrateVerb.Create(checkout),
            DoctorVerb.Create(checkout),
            GraphSimVerb.Create(checkout),
            BenchVerb.Create(checkout),
            TestVerb.Create(checkout),
            DownVerb.Create(checkout),
        };
}
