using System.CommandLine;
using System.CommandLine.Help;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Verbs.Api;

namespace MetaGrains.Cli.Verbs;

/// <summary>All verbs.</summary>
internal static class CommandLine
{
    // A plain command and not a RootCommand: that one would call itself by the name of the assembly.
    public static Command Create(Checkout checkout)
    {
        var help = new HelpOption { Recursive = true };
        help.Action = new ExampleHelp((HelpAction)help.Action!);
        var root = new Command("metagrains", "Keeps a PostgreSQL warehouse fresh with Meta Marketing API data.") { help, new VersionOption() };
        foreach (var verb in Verbs(checkout))
            root.Add(verb);
        return root;
    }

    private static IEnumerable<Command> Verbs(Checkout checkout) =>
    [
        DemoVerb.Create(checkout),
        UpVerb.Create(checkout),
        DownVerb.Create(checkout),
        StatusVerb.Create(checkout),
        TenantVerbs.Create(checkout),
        ConnectVerb.Create(checkout),
        .. AccountVerbs.Create(checkout),
        .. SwitchVerbs.Create(checkout),
        .. RunVerbs.Create(checkout),
        TierVerb.Create(checkout),
        BudgetVerb.Create(checkout),
        PlanVerb.Create(checkout),
        FreshnessVerb.Create(checkout),
        IncidentsVerb.Create(checkout),
        ExportVerb.Create(checkout),
        KeyVerbs.Create(checkout),
        ClusterVerb.Create(checkout),
        DoctorVerb.Create(checkout),
        MigrateVerb.Create(checkout),
        .. HostVerb.Create(checkout),
        GraphSimVerb.Create(checkout),
        BenchVerb.Create(checkout),
        SimulateVerb.Create(checkout),
        TestVerb.Create(checkout),
    ];
}
