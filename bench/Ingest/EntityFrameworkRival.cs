using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Insights;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace MetaGrains.Bench.Ingest;

/// <summary>
/// Entity Framework Core, per 1,000 rows: it knows no ON CONFLICT, so the rows that are there are looked up, what
/// differs is set, the others are added.
/// </summary>
internal sealed class EntityFrameworkRival(NpgsqlDataSource database, TenantId tenant)
{
    private const int Batch = 1000;

    private readonly SyncRun _run = new(1, new AdAccountKey(tenant, BenchPages.Account), "incremental", 1);
    private readonly DateTime _now = TimeProvider.System.GetUtcNow().UtcDateTime;
    private readonly RowHash _hash = new();

    /// <summary>Fact and raw text into one table.</summary>
    public async Task WriteAsync(InsightRow[] rows)
    {
        foreach (var batch in rows.Chunk(Batch))
        {
            await using var context = new WideContext(database);
            await StageAsync(context, Array.ConvertAll(batch, Wide));
            await context.SaveChangesAsync();
        }
    }

    /// <summary>Into months of fact and raw rows, with the days rebuilt at the end.</summary>
    public async Task WriteWholeAsync(InsightRow[] rows)
    {
        foreach (var batch in rows.Chunk(Batch))
        {
            await using var context = new WholeContext(database);
            await StageAsync(context, Array.ConvertAll(batch, Fact));
            await StageAsync(context, Array.ConvertAll(batch, Raw));
            await context.SaveChangesAsync();
        }

        await using var last = new WholeContext(database);
        await last.Database.ExecuteSqlRawAsync(RivalSchema.Days);
    }

    private static async Task StageAsync<T>(DbContext context, T[] incoming)
        where T : KeyedRow
    {
        var keys = Array.ConvertAll(incoming, row => row.RowKey);
        var held = await context.Set<T>().Where(row => keys.Contains(row.RowKey)).ToDictionaryAsync(row => (row.RowKey, row.Date));
        foreach (var row in incoming)
        {
            if (held.TryGetValue((row.RowKey, row.Date), out var old))
                context.Entry(old).CurrentValues.SetValues(row);
            else
                context.Add(row);
        }
    }

    private WideRow Wide(InsightRow row) => new()
    {
        RowKey = Key(in row), Date = row.Date, TenantId = tenant.Value, RunId = _run.Id, AdAccountId = Account, Report = BenchPages.Report.Name,
        ContentHash = _hash.Content(in row), Impressions = row.Impressions, Clicks = row.Clicks, Reach = row.Reach, FirstSeen = _now, UpdatedAt = _now,
        Level = "ad", EntityId = row.AdId!, CampaignId = row.CampaignId, AdsetId = row.AdSetId, AdId = row.AdId, BreakdownKey = row.BreakdownKey,
        AttributionWindow = row.AttributionSetting, ActionReportTime = "mixed", Currency = row.Currency, Spend = row.Spend,
        Conversions = row.Conversions.Conversions, Purchases = row.Conversions.Purchases, PurchaseValue = row.Conversions.PurchaseValue,
        Leads = row.Conversions.Leads, Revenue = row.Conversions.Revenue, Actions = Text(row.Actions), Payload = Text(row.Raw),
    };

    private FactRow Fact(InsightRow row) => new()
    {
        RowKey = Key(in row), Date = row.Date, TenantId = tenant.Value, RunId = _run.Id, AdAccountId = Account, Report = BenchPages.Report.Name,
        ContentHash = _hash.Content(in row), Impressions = row.Impressions, Clicks = row.Clicks, Reach = row.Reach, FirstSeen = _now, UpdatedAt = _now,
        Level = "ad", EntityId = row.AdId!, CampaignId = row.CampaignId, AdsetId = row.AdSetId, AdId = row.AdId, BreakdownKey = row.BreakdownKey,
        AttributionWindow = row.AttributionSetting, ActionReportTime = "mixed", Currency = row.Currency, Spend = row.Spend,
        Conversions = row.Conversions.Conversions, Purchases = row.Conversions.Purchases, PurchaseValue = row.Conversions.PurchaseValue,
        Leads = row.Conversions.Leads, Revenue = row.Conversions.Revenue, Actions = Text(row.Actions),
    };

    private RawRow Raw(InsightRow row) => new()
    {
        RowKey = Key(in row), Date = row.Date, TenantId = tenant.Value, RunId = _run.Id, AdAccountId = Account, Report = BenchPages.Report.Name,
        FetchedAt = _now, Payload = Text(row.Raw),
    };

    private string Account => _run.Account.Account.ToString();

    private Guid Key(in InsightRow row) => _hash.Key(_run, BenchPages.Report, row.AdId!, in row);

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    private static void Name<T>(ModelBuilder modelBuilder, string table)
        where T : KeyedRow
    {
        var entity = modelBuilder.Entity<T>().ToTable(table);
        entity.HasKey(row => new { row.RowKey, row.Date });
        foreach (var property in entity.Metadata.GetProperties())
        {
            property.SetColumnName(string.Concat(property.Name.Select((letter, at) => char.IsUpper(letter) ? (at > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString())));
            if (property.Name is nameof(FactRow.Actions))
                property.SetColumnType("jsonb");
            if (property.Name is nameof(RawRow.Payload))
                property.SetColumnType("json");
        }
    }

    private sealed class WideContext(NpgsqlDataSource database) : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(database);

        protected override void OnModelCreating(ModelBuilder modelBuilder) => Name<WideRow>(modelBuilder, "rival");
    }

    private sealed class WholeContext(NpgsqlDataSource database) : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(database);

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            Name<FactRow>(modelBuilder, "rival_fact");
            Name<RawRow>(modelBuilder, "rival_raw");
        }
    }
}
