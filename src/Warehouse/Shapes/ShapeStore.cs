using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync.Shapes;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Shapes;

/// <summary>A report that is not asked for as a whole.</summary>
/// <param name="Report">Its name.</param>
/// <param name="Words">How it is asked for.</param>
/// <param name="Since">Since when.</param>
public sealed record ShapedReport(string Report, string Words, DateTimeOffset Since);

/// <summary>The table <c>report_shapes</c>, and the ids by which questions are cut.</summary>
public sealed class ShapeStore(NpgsqlDataSource database, TimeProvider clock) : IShapeMemory
{
    // Objects that delivered lately and are not known by themselves yet.
    private const int RecentDays = 40;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IgnoreReadOnlyProperties = true,
    };

    private const string Find = """
        select shape, learned_at, forgiven_at, rows_per_day, words
        from report_shapes where tenant_id = @tenant and ad_account_id = @account and report = @report
        """;

    private const string Keep = """
        insert into report_shapes as s (
          tenant_id, ad_account_id, report, shape, words, rows_per_day, learned_at, forgiven_at, updated_at, lost)
        values (@tenant, @account, @report, @shape, @words, @rows, @learned, @forgiven, @now, @lost)
        on conflict (tenant_id, ad_account_id, report) do update set
          shape = excluded.shape, words = excluded.words, rows_per_day = excluded.rows_per_day, learned_at = excluded.learned_at,
          forgiven_at = excluded.forgiven_at, updated_at = excluded.updated_at, lost = excluded.lost
        """;

    private const string Recent = """
        select distinct entity_id from meta_insights_daily
        where tenant_id = @tenant and ad_account_id = @account and report = @report and date > @since
        """;

    private const string Campaigns = "select campaign_id from meta_campaigns where tenant_id = @tenant and ad_account_id = @account union " + Recent;
    private const string AdSets = "select adset_id from meta_ad_sets where tenant_id = @tenant and ad_account_id = @account union " + Recent;
    private const string Ads = "select ad_id from meta_ads where tenant_id = @tenant and ad_account_id = @account union " + Recent;

    private const string Shaped = """
        select report, words, learned_at from report_shapes
        where tenant_id = @tenant and ad_account_id = @account and words is not null order by report
        """;

    /// <inheritdoc />
    public async ValueTask<LearnedShape?> FindAsync(AdAccountKey account, string report, CancellationToken cancellationToken)
    {
        await using var command = Command(Find, account, report);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var shape = JsonSerializer.Deserialize<RequestShape>(reader.GetString(0), Json)
            ?? throw new InvalidOperationException($"report_shapes: the shape of report {report} of {account.Account} is empty.");
        return new LearnedShape(
            shape, reader.GetFieldValue<DateTimeOffset>(1), reader.Value<DateTimeOffset>(2), reader.GetInt64(3), reader.Line(4));
    }

    /// <inheritdoc />
    public async ValueTask KeepAsync(AdAccountKey account, string report, LearnedShape learned, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(learned);
        await using var command = Command(Keep, account, report);
        command.Parameters.AddWithValue("shape", NpgsqlDbType.Jsonb, JsonSerializer.Serialize(learned.Shape, Json));
        command.Parameters.AddWithValue("words", NpgsqlDbType.Text, (object?)learned.Words ?? DBNull.Value);
        command.Parameters.AddWithValue("rows", learned.RowsPerDay);
        command.Parameters.AddWithValue("learned", learned.LearnedAt.UtcDateTime);
        command.Parameters.AddWithValue("forgiven", NpgsqlDbType.TimestampTz, (object?)learned.ForgivenAt?.UtcDateTime ?? DBNull.Value);
        command.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        command.Parameters.AddWithValue("lost", learned.Shape.Lost.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyCollection<string>> ObjectsAsync(AdAccountKey account, InsightsLevel level, CancellationToken cancellationToken)
    {
        var sql = level switch
        {
            InsightsLevel.Campaign => Campaigns,
            InsightsLevel.AdSet => AdSets,
            InsightsLevel.Ad => Ads,
            _ => throw new ArgumentOutOfRangeException(nameof(level), level, "An account is one object."),
        };
        await using var command = Command(sql, account, InsightsReport.Daily(level).Name);
        command.Parameters.AddWithValue("since", DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-RecentDays));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>The reports of an account that are not asked for as a whole.</summary>
    public async Task<IReadOnlyList<ShapedReport>> ShapedAsync(AdAccountKey account, CancellationToken cancellationToken)
    {
        await using var command = Command(Shaped, account, report: null);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var reports = new List<ShapedReport>();
        while (await reader.ReadAsync(cancellationToken))
            reports.Add(new ShapedReport(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return reports;
    }

    private NpgsqlCommand Command(string sql, AdAccountKey account, string? report)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue("tenant", account.Tenant.Value);
        command.Parameters.AddWithValue("account", account.Account.ToString());
        if (report is not null)
            command.Parameters.AddWithValue("report", report);
        return command;
    }
}
