using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Migrations;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains migrate</c>: brings the database to this program's schema.</summary>
internal static class MigrateVerb
{
    public static Command Create(Checkout checkout)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what is missing; change nothing." };
        return Verb.Create(
            "migrate",
            "Bring the database to this program's schema: forward only, safe to run twice and by several at once.",
            "migrate --dry-run",
            [dryRun],
            async (parsed, terminal, cancellationToken) =>
            {
                await using var session = await DatabaseSession.OpenAsync(checkout, terminal, cancellationToken);
                await using var database = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = session.Url });
                var migrator = Settings.Migrator(database);
                var dry = parsed.GetValue(dryRun);
                var plan = dry ? await migrator.PlanAsync(cancellationToken) : await migrator.MigrateAsync(cancellationToken);
                Say(plan, dry, terminal);
                return ExitCode.Ok;
            });
    }

    private static void Say(MigrationPlan plan, bool dry, Terminal terminal)
    {
        foreach (var name in plan.Missing)
            terminal.Line($"{(dry ? "missing" : "applied")}  {name}");
        if (plan.PartitionsMade > 0)
            terminal.Line($"made     {plan.PartitionsMade} monthly tables");
        terminal.Line(plan.Missing.Count == 0
            ? $"schema {Migration.All.Count} is current."
            : dry ? $"{plan.Missing.Count} steps are missing: run ./metagrains migrate." : $"schema {Migration.All.Count} is current now.");
        terminal.Result(new
        {
            DryRun = dry,
            SchemaMode = dry ? plan.SchemaMode : "extended",
            Present = plan.Applied.Select(step => step.Name),
            Missing = dry ? plan.Missing : [],
            Applied = dry ? [] : plan.Missing,
            plan.PartitionsMade,
        });
    }
}
