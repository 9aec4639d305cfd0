using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Insights;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Bench.Ingest;

/// <summary>
/// Other ways to write the same rows. Each writes fact and raw text into one plain table with the fact's keys and
/// indexes, which spares it the staging, the partitions, the aggregates and the fence.
/// </summary>
internal sealed class Rivals(NpgsqlDataSource database, string connectionString, TenantId tenant)
{
    private const string Columns = "row_key, tenant_id, content_hash, impressions, clicks, reach, date, entity_id, campaign_id, adset_id, ad_id, currency, spend, actions, raw";

    private const string Values = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15";

    private const string OnConflict = """
        on conflict (row_key, date) do update set content_hash = excluded.content_hash, impressions = excluded.impressions,
          clicks = excluded.clicks, reach = excluded.reach, spend = excluded.spend, actions = excluded.actions, raw = excluded.raw
        """;

    public const string Create = """
        drop table if exists rival;
        create table rival (
          row_key uuid not null, tenant_id uuid not null, content_hash bigint not null, impressions bigint not null,
          clicks bigint not null, reach bigint, date date not null, entity_id text not null, campaign_id text, adset_id text,
          ad_id text, currency text not null, spend numeric not null, actions jsonb, raw json,
          primary key (row_key, date));
        create index on rival (tenant_id, date);
        """;

    private readonly SyncRun _run = new(1, new AdAccountKey(tenant, AdAccountId.Parse("act_361744628296290")), "incremental", 1);
    private readonly InsightsReport _report = InsightsReport.Daily(InsightsLevel.Ad);
    private readonly RowHash _hash = new();

    /// <summary>The physical limit: a binary COPY of the same rows straight into a plain table with the same key and index.</summary>
    public async Task CopyAsync(InsightRow[] rows)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var importer = await connection.BeginBinaryImportAsync($"copy rival ({Columns}) from stdin (format binary)");
        foreach (var row in rows)
        {
            importer.StartRow();
            importer.Write(_hash.Key(_run, _report, row.AdId!, in row), NpgsqlDbType.Uuid);
            importer.Write(tenant.Value, NpgsqlDbType.Uuid);
            importer.Write(_hash.Content(in row), NpgsqlDbType.Bigint);
            importer.Write(row.Impressions, NpgsqlDbType.Bigint);
            importer.Write(row.Clicks, NpgsqlDbType.Bigint);
            importer.Write(row.Reach!.Value, NpgsqlDbType.Bigint);
            importer.Write(row.Date, NpgsqlDbType.Date);
            importer.Write(row.AdId!, NpgsqlDbType.Text);
            importer.Write(row.CampaignId!, NpgsqlDbType.Text);
            importer.Write(row.AdSetId!, NpgsqlDbType.Text);
            importer.Write(row.AdId!, NpgsqlDbType.Text);
            importer.Write(row.Currency, NpgsqlDbType.Text);
            importer.Write(row.Spend, NpgsqlDbType.Numeric);
            importer.Write(row.Actions, NpgsqlDbType.Jsonb);
            importer.Write(row.Raw, NpgsqlDbType.Json);
        }

        await importer.CompleteAsync();
    }

    /// <summary>Arrays of 1,000 rows through <c>unnest</c> and ON CONFLICT: what a good hand-written loader does.</summary>
    public async Task UnnestAsync(InsightRow[] rows)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var batch in rows.Chunk(1000))
        {
            await using var command = new NpgsqlCommand($"insert into rival ({Columns}) select * from unnest({Values}) {OnConflict}", connection);
            Add(NpgsqlDbType.Uuid, batch.Select(row => _hash.Key(_run, _report, row.AdId!, in row)).ToArray());
            Add(NpgsqlDbType.Uuid, batch.Select(_ => tenant.Value).ToArray());
            Add(NpgsqlDbType.Bigint, batch.Select(row => _hash.Content(in row)).ToArray());
            Add(NpgsqlDbType.Bigint, batch.Select(row => row.Impressions).ToArray());
            Add(NpgsqlDbType.Bigint, batch.Select(row => row.Clicks).ToArray());
            Add(NpgsqlDbType.Bigint, batch.Select(row => row.Reach!.Value).ToArray());
            Add(NpgsqlDbType.Date, batch.Select(row => row.Date).ToArray());
            Add(NpgsqlDbType.Text, batch.Select(row => row.AdId!).ToArray());
            Add(NpgsqlDbType.Text, batch.Select(row => row.CampaignId!).ToArray());
            Add(NpgsqlDbType.Text, batch.Select(row => row.AdSetId!).ToArray());
            Add(NpgsqlDbType.Text, batch.Select(row => row.AdId!).ToArray());
            Add(NpgsqlDbType.Text, batch.Select(row => row.Currency).ToArray());
            Add(NpgsqlDbType.Numeric, batch.Select(row => row.Spend).ToArray());
            Add(NpgsqlDbType.Jsonb, batch.Select(row => Text(row.Actions)).ToArray());
            Add(NpgsqlDbType.Json, batch.Select(row => Text(row.Raw)).ToArray());
            await command.ExecuteNonQueryAsync();

            void Add(NpgsqlDbType type, object array) => command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type, Value = array });
        }

        await transaction.CommitAsync();
    }

    /// <summary>One prepared INSERT … ON CONFLICT per row, in one transaction.</summary>
    public async Task RowByRowAsync(InsightRow[] rows)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"insert into rival ({Columns}) values ({Values}) {OnConflict}", connection);
        NpgsqlDbType[] types =
        [
            NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Date,
            NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Numeric, NpgsqlDbType.Jsonb, NpgsqlDbType.Json,
        ];
        foreach (var type in types)
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        await command.PrepareAsync();
        foreach (var row in rows)
        {
            object[] values =
            [
                _hash.Key(_run, _report, row.AdId!, in row), tenant.Value, _hash.Content(in row), row.Impressions, row.Clicks, row.Reach!.Value, row.Date,
                row.AdId!, row.CampaignId!, row.AdSetId!, row.AdId!, row.Currency, row.Spend, Text(row.Actions), Text(row.Raw),
            ];
            for (var index = 0; index < values.Length; index++)
                command.Parameters[index].Value = values[index];
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    /// <summary>
    /// Entity Framework Core, per 1,000 rows: it knows no ON CONFLICT, so the rows that are there are looked up, what
    /// differs is set, the others are added.
    /// </summary>
    public async Task EntityFrameworkAsync(InsightRow[] rows)
    {
        foreach (var batch in rows.Chunk(1000))
        {
            await using var context = new RivalContext(connectionString);
            var incoming = batch.Select(row => new RivalRow
            {
                RowKey = _hash.Key(_run, _report, row.AdId!, in row), TenantId = tenant.Value, ContentHash = _hash.Content(in row),
                Impressions = row.Impressions, Clicks = row.Clicks, Reach = row.Reach, Date = row.Date, EntityId = row.AdId!,
                CampaignId = row.CampaignId, AdsetId = row.AdSetId, AdId = row.AdId, Currency = row.Currency, Spend = row.Spend,
                Actions = Text(row.Actions), Raw = Text(row.Raw),
            }).ToArray();
            var keys = incoming.Select(row => row.RowKey).ToArray();
            var held = await context.Set<RivalRow>().Where(row => keys.Contains(row.RowKey)).ToDictionaryAsync(row => (row.RowKey, row.Date));
            foreach (var row in incoming)
            {
                if (held.TryGetValue((row.RowKey, row.Date), out var old))
                    context.Entry(old).CurrentValues.SetValues(row);
                else
                    context.Add(row);
            }

            await context.SaveChangesAsync();
        }
    }

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    private sealed class RivalRow
    {
        public Guid RowKey { get; set; }

        public Guid TenantId { get; set; }

        public long ContentHash { get; set; }

        public long Impressions { get; set; }

        public long Clicks { get; set; }

        public long? Reach { get; set; }

        public DateOnly Date { get; set; }

        public required string EntityId { get; set; }

        public string? CampaignId { get; set; }

        public string? AdsetId { get; set; }

        public string? AdId { get; set; }

        public required string Currency { get; set; }

        public decimal Spend { get; set; }

        public required string Actions { get; set; }

        public required string Raw { get; set; }
    }

    private sealed class RivalContext(string connectionString) : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(connectionString);

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            var rival = modelBuilder.Entity<RivalRow>().ToTable("rival");
            rival.HasKey(row => new { row.RowKey, row.Date });
            foreach (var property in rival.Metadata.GetProperties())
                property.SetColumnName(string.Concat(property.Name.Select((letter, at) => char.IsUpper(letter) ? (at > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString())));
            rival.Property(row => row.Actions).HasColumnType("jsonb");
            rival.Property(row => row.Raw).HasColumnType("json");
        }
    }
}
