using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Currencies;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Accounts;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>An account's settings, and which version of them its row of <c>account_schedule</c> was computed from.</summary>
/// <param name="Settings">As they are now.</param>
/// <param name="AppliedVersion">Null when there is no row, or one without.</param>
public sealed record CurrentSettings(AccountSettings Settings, string? AppliedVersion);

/// <summary>Everything that PostgreSQL knows of an account when its grain activates or its settings change.</summary>
public sealed class AccountTruthStore(
    NpgsqlDataSource database, ReportDefinitionStore reports, ScheduleStore schedules, RunQueue queue, IOptions<SyncOptions>? options = null)
{
    private readonly SyncOptions _process = options?.Value ?? new SyncOptions();

    private const string Settings = """
        select v.version, a.enabled, t.sync_enabled, a.timezone_name,
               a.attribution_window_days, a.integration_id,
               coalesce((extract(epoch from s.updated_at) * 1000000)::bigint, 0),
               c.tier, c.interval_minutes, c.date_range_days, c.cron, c.description, (a.settings ->> 'interval_seconds')::float8,
               d.applied_settings,
               t.currency, t.several_currencies, a.currency,
               a.lookback_days, a.lookback_reason, w.enabled, a.auto_tier, a.auto_tier_reason
        from ad_accounts a
        join tenants t on t.id = a.tenant_id
        join meta_sync_config c on c.tier = a.tier
        cross join scheduler_switch w
        join account_settings_versions v on v.tenant_id = a.tenant_id and v.ad_account_id = a.ad_account_id
        left join integration_secrets s on s.integration_id = a.integration_id and s.kind = 'access_token'
        left join account_schedule d on d.tenant_id = a.tenant_id and d.ad_account_id = a.ad_account_id
        where a.tenant_id = $1 and a.ad_account_id = $2 and t.deleted_at is null
        """;

    private const string Cursors = """
        select job, meta_last_window_end from sync_cursors where tenant_id = $1 and ad_account_id = $2
        """;

    /// <summary>The settings alone; null when there is no such account, or its tenant was deleted.</summary>
    public async Task<AccountSettings?> SettingsAsync(AdAccountKey account, CancellationToken cancellationToken) =>
        (await CurrentAsync(account, cancellationToken))?.Settings;

    /// <summary>The settings, and the version that was applied last; null when there is no such account, or its tenant was deleted.</summary>
    public async Task<CurrentSettings?> CurrentAsync(AdAccountKey account, CancellationToken cancellationToken)
    {
        CurrentSettings current;
        await using (var command = Command(Settings, account))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            current = new CurrentSettings(Read(reader, account), reader.Line(13));
        }

        return current with { Settings = current.Settings with { Reports = [.. await reports.OfAsync(account, cancellationToken)] } };
    }

    /// <summary>Takes the account's due time away: nothing is to wake it any more.</summary>
    public Task ForgetAsync(AdAccountKey account, CancellationToken cancellationToken) => schedules.DeleteAsync(account, cancellationToken);

    /// <summary>Settings, schedule, cursors and waiting runs; null when there is no such account, or its tenant was deleted.</summary>
    /// <param name="applied">What the grain itself remembers.</param>
    public async Task<StoredTruth?> LoadAsync(AdAccountKey account, AppliedState? applied, CancellationToken cancellationToken)
    {
        if (await SettingsAsync(account, cancellationToken) is not { } settings)
            return null;
        return new StoredTruth(
            settings,
            await schedules.FindAsync(account, cancellationToken),
            await CursorsAsync(account, cancellationToken),
            [.. await queue.WaitingAsync(account, cancellationToken)],
            applied);
    }

    private async Task<ImmutableArray<JobCursor>> CursorsAsync(AdAccountKey account, CancellationToken cancellationToken)
    {
        await using var command = Command(Cursors, account);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var cursors = ImmutableArray.CreateBuilder<JobCursor>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // Jobs of a newer program are its own business.
            if (SyncJobs.TryParse(reader.GetString(0), out var job))
                cursors.Add(new JobCursor(job, reader.Value<DateOnly>(1)));
        }

        return cursors.ToImmutable();
    }

    private NpgsqlCommand Command(string sql, AdAccountKey account)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        return command;
    }

    private AccountSettings Read(NpgsqlDataReader reader, AdAccountKey account) => new()
    {
        Version = reader.GetString(0) + _process.VersionSuffix,
        JobsEnabled = _process.JobsEnabled,
        FreshInterval = _process.FreshInterval,
        App = _process.AppId is { } app ? new AppKey(app) : null,
        EntitiesInterval = _process.EntitiesInterval,
        IncrementalCron = _process.CronExpression,
        Enabled = reader.GetBoolean(1),
        TenantEnabled = reader.GetBoolean(2),
        SchedulerEnabled = reader.GetBoolean(19),
        Calendar = AccountCalendar.TryCreate(reader.GetString(3), out var calendar)
            ? calendar
            : throw new InvalidOperationException($"ad_accounts: {account.Account} is in the unknown time zone '{reader.GetString(3)}'."),
        AttributionWindowDays = reader.GetInt32(4),
        Connection = reader.Value<Guid>(5) is { } integration ? new ConnectionKey(integration) : null,
        ConnectionVersion = reader.GetInt64(6),
        Tier = TierStore.Read(reader, 7),
        IntervalOverride = reader.Value<double>(12) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        AutoTier = reader.GetBoolean(20) ? reader.Line(21) ?? "it was not looked at yet" : null,
        Lookback = reader.Value<short>(17) is { } days ? new LearnedLookback(days, reader.GetString(18)) : null,
        CurrencyRefusal = CurrencyRule.Refuse(reader.GetString(14), reader.GetBoolean(15), reader.GetString(16)),
    };
}
