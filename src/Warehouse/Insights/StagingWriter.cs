using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Insights;

/// <summary>Copies pages into <c>insights_staging</c> in PostgreSQL's binary format: one COPY per page, all or nothing.</summary>
public sealed class StagingWriter(NpgsqlDataSource database)
{
    private const string Copy = """
        copy insights_staging (
          run_id, run_epoch, slice, page, row_key, content_hash, impressions, clicks, reach, date,
          entity_id, campaign_id, adset_id, ad_id, breakdown_key, attribution_window, currency,
          spend, conversions, purchases, purchase_value, leads, revenue, breakdowns, actions, raw, incomplete)
        from stdin (format binary)
        """;

    private const string DefaultSetting = "default";

    /// <summary>Stages one page of a slice.</summary>
    public async Task WriteAsync(InsightsSlice slice, InsightPage page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var importer = await connection.BeginBinaryImportAsync(Copy, cancellationToken);
        var hash = new RowHash();
        var incomplete = page.Incomplete.IsEmpty ? null : page.Incomplete.Order(StringComparer.Ordinal).ToArray();
        var accountId = slice.Run.Account.Account.ToString()["act_".Length..];
        // Synchronous on purpose: 26 awaits a row cost more than the buffer's occasional flush to the socket.
        foreach (ref readonly var row in page.Rows.Span)
            WriteRow(importer, slice, page.Number, accountId, hash, in row, incomplete);

        await importer.CompleteAsync(cancellationToken);
    }

    private static void WriteRow(
        NpgsqlBinaryImporter importer, InsightsSlice slice, int page, string accountId, RowHash hash, in InsightRow row, string[]? incomplete)
    {
        var entityId = row.EntityId(slice.Report.Level, accountId);
        importer.StartRow();
        importer.Write(slice.Run.Id, NpgsqlDbType.Bigint);
        importer.Write(slice.Run.Epoch, NpgsqlDbType.Bigint);
        importer.Write(slice.Number, NpgsqlDbType.Integer);
        importer.Write(page, NpgsqlDbType.Integer);
        importer.Write(hash.Key(slice.Run, slice.Report, entityId, in row), NpgsqlDbType.Uuid);
        importer.Write(hash.Content(in row, incomplete), NpgsqlDbType.Bigint);
        importer.Write(row.Impressions, NpgsqlDbType.Bigint);
        importer.Write(row.Clicks, NpgsqlDbType.Bigint);
        if (row.Reach is { } reach)
            importer.Write(reach, NpgsqlDbType.Bigint);
        else
            importer.WriteNull();
        importer.Write(row.Date, NpgsqlDbType.Date);
        importer.Write(entityId, NpgsqlDbType.Text);
        WriteText(importer, row.CampaignId);
        WriteText(importer, row.AdSetId);
        WriteText(importer, row.AdId);
        importer.Write(row.BreakdownKey, NpgsqlDbType.Text);
        importer.Write(row.AttributionSetting.Length == 0 ? DefaultSetting : row.AttributionSetting, NpgsqlDbType.Text);
        importer.Write(row.Currency, NpgsqlDbType.Text);
        WriteNumber(importer, row.Spend);
        WriteNumber(importer, row.Conversions.Conversions);
        WriteNumber(importer, row.Conversions.Purchases);
        WriteNumber(importer, row.Conversions.PurchaseValue);
        WriteNumber(importer, row.Conversions.Leads);
        WriteNumber(importer, row.Conversions.Revenue);
        WriteJson(importer, row.Breakdowns, NpgsqlDbType.Jsonb);
        WriteJson(importer, row.Actions, NpgsqlDbType.Jsonb);
        WriteJson(importer, row.Raw, NpgsqlDbType.Json);
        if (incomplete is null)
            importer.WriteNull();
        else
            importer.Write(incomplete, NpgsqlDbType.Array | NpgsqlDbType.Text);
    }

    private static void WriteText(NpgsqlBinaryImporter importer, string? value)
    {
        if (value is null)
            importer.WriteNull();
        else
            importer.Write(value, NpgsqlDbType.Text);
    }

    private static void WriteNumber(NpgsqlBinaryImporter importer, decimal value) =>
        importer.Write(RowHash.WithoutTrailingZeros(value), NpgsqlDbType.Numeric);

    private static void WriteJson(NpgsqlBinaryImporter importer, ReadOnlyMemory<byte> json, NpgsqlDbType type)
    {
        if (json.IsEmpty)
            importer.WriteNull();
        else
            importer.Write(json, type);
    }
}
