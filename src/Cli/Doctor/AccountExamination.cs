using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Accounts;
using Npgsql;

namespace MetaGrains.Cli.Doctor;

/// <summary>Looks at one ad account: what the API says of it, and what SQL holds.</summary>
internal sealed class AccountExamination(ApiClient api, string tenantName, AdAccountId account)
{
    private const string LastWindow = """
        select window_since, window_until, finished_at, rows_read
        from sync_runs
        where tenant_id = $1 and ad_account_id = $2 and status = 'succeeded' and window_since is not null and request ->> 'entity' is null
        order by run_id desc
        limit 1
        """;

    private const string RowsIn = """
        select count(*), count(distinct date)
        from meta_insights_levels
        where tenant_id = $1 and ad_account_id = $2 and level = 'ad' and date between $3 and $4
        """;

    private const string Token = "token valid";
    private const string Visible = "account visible";
    private const string Enabled = "enabled";

    private Tenant? _tenant;

    /// <summary>What the API says. A check without ground to stand on is left out.</summary>
    public async Task<List<Finding>> AskApiAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        _tenant = await api.FindAsync<Tenant>(Routes.Tenant(tenantName), cancellationToken);
        if (_tenant is null)
            return [new Finding("tenant", false, $"there is no tenant {tenantName}: ./metagrains tenants lists them")];
        var state = await api.FindAsync<AccountState>(Routes.Sync(tenantName, account.ToString()), cancellationToken);
        if (state is null)
            return [new Finding(Visible, false, $"no connection of {tenantName} has shown {account}: connect a token that sees it (./metagrains connect --tenant {tenantName})")];
        findings.Add(state.ConnectionId is { } connection
            ? TokenFinding(state, await api.FindAsync<Connection>(Routes.Connection(tenantName, connection), cancellationToken))
            : new Finding(Token, false, $"{account} has no connection any more: ./metagrains connect --tenant {tenantName}"));
        findings.Add(state.Health.State is "permission_lost" or "account_disabled" or "not_connected"
            ? new Finding(Visible, false, $"{state.Health.State}: {state.Health.Reason}")
            : new Finding(Visible, true, $"{state.Name}, {state.Currency}, {state.Timezone}"));
        findings.Add(EnabledFinding(state));
        if (state.Health.State is "throttled" or "failing" or "parked" or "waiting_for_budget" or "breakdown_not_enabled" or "meta_incident")
            findings.Add(new Finding("health", false, $"{state.Health.State}: {state.Health.Reason ?? state.LastError}; tried again {TableView.Cell(state.RetryAt ?? state.BackoffUntil)}"));
        return findings;
    }

    /// <summary>What SQL holds. To be asked after the API, which knows the tenant's id.</summary>
    public async Task<List<Finding>> AskDatabaseAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (_tenant is null)
            return [];
        var key = new AdAccountKey(new TenantId(Guid.Parse(_tenant.Id)), account);
        var reports = await new ReportDefinitionStore(database).OfAsync(key, cancellationToken);
        var broken = reports.Where(report => report.Breakdowns.Length > 0).ToArray();
        return
        [
            await RowsFindingAsync(database, key, cancellationToken),
            new Finding("breakdowns enabled", true, broken.Length == 0
                ? "no breakdowns asked for: a row in report_definitions asks for some"
                : string.Join("; ", broken.Select(report => $"{report.Name} by {string.Join(", ", report.Breakdowns)}"))),
        ];
    }

    private Finding TokenFinding(AccountState state, Connection? connection)
    {
        var again = $"connect again with a fresh token: ./metagrains connect --tenant {tenantName} --name {connection?.Name ?? "main"}";
        if (state.Health.State is "token_dead" or "checkpointed")
            return new Finding(Token, false, $"{state.Health.State}: {state.Health.Reason} {again}");
        return connection?.Status switch
        {
            "active" => new Finding(Token, true, $"connection {connection.Name}, last answered by Meta {TableView.Cell(connection.DiscoveredAt)}"),
            "discovering" => new Finding(Token, false, $"connection {connection.Name} is being asked for its ad accounts: look again in a moment; if it stays so, ./metagrains cluster shows whether a silo runs"),
            "failed" => new Finding(Token, false, $"Meta's last answer to connection {connection.Name}: {connection.Error}; it is tried again"),
            null => new Finding(Token, false, again),
            var other => new Finding(Token, false, $"connection {connection!.Name} is {other}{(connection.Error is { } error ? $" ({error})" : "")}: {again}"),
        };
    }

    private Finding EnabledFinding(AccountState state) => (state.Enabled, _tenant!.SyncEnabled) switch
    {
        (true, true) => new Finding(Enabled, true, $"tier {state.Tier}, next due {TableView.Cell(state.NextDueAt)}"),
        (false, _) => new Finding(Enabled, false, $"it is switched off: ./metagrains resume --tenant {tenantName} --account {account}"),
        _ => new Finding(Enabled, false, $"the whole tenant is paused: ./metagrains resume --tenant {tenantName} --all"),
    };

    private static async Task<Finding> RowsFindingAsync(NpgsqlDataSource database, AdAccountKey key, CancellationToken cancellationToken)
    {
        const string check = "rows in the last window";
        DateRange days;
        DateTimeOffset finished;
        await using (var last = Command(database, LastWindow, key))
        await using (var run = await last.ExecuteReaderAsync(cancellationToken))
        {
            if (!await run.ReadAsync(cancellationToken))
                return new Finding(check, false, $"no run has succeeded yet: ./metagrains trigger --account {key.Account} --wait");
            days = new DateRange(run.GetFieldValue<DateOnly>(0), run.GetFieldValue<DateOnly>(1));
            finished = run.GetFieldValue<DateTimeOffset>(2);
        }

        await using var count = Command(database, RowsIn, key);
        count.Parameters.Add(new() { Value = days.Since });
        count.Parameters.Add(new() { Value = days.Until });
        await using var rows = await count.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var (number, onDays) = (rows.GetInt64(0), rows.GetInt64(1));
        return new Finding(check, true, number == 0
            ? $"none in {days}, read {TableView.Cell(finished)}: the account delivered nothing on these days"
            : $"{TableView.Cell(number)} ad rows on {onDays} days of {days}, read {TableView.Cell(finished)}");
    }

    private static NpgsqlCommand Command(NpgsqlDataSource database, string sql, AdAccountKey key)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = key.Tenant.Value });
        command.Parameters.Add(new() { Value = key.Account.ToString() });
        return command;
    }
}
