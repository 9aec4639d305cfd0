using System.Text;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;

namespace MetaGrains.Warehouse.Insights;

/// <summary>What of a row decides whether it is written, and where its fields stand in its page.</summary>
/// <param name="Key">Who it is.</param>
/// <param name="Content">What it says.</param>
/// <param name="Date">Its day.</param>
/// <param name="Block">The block of its page.</param>
/// <param name="Start">Where it begins there.</param>
/// <param name="Raw">Where its last field begins, the text as Meta sent it.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct StagedRow(Guid Key, long Content, DateOnly Date, int Block, int Start, int Raw, int End);

/// <summary>
/// A page as rows of a binary COPY into <c>insights_staging</c>. Fields are in such an order that a row of the fact, and
/// one of the raw table, is made of it by putting others before it.
/// </summary>
internal sealed class StagedPage
{
    /// <summary>The columns of a row, in their order.</summary>
    public const string Columns = $"run_id, run_epoch, slice, page, {KeyColumns}, {FactColumns}, raw";

    /// <summary>Those from <see cref="ToKey"/> to <see cref="ToFact"/>: of fact and raw rows.</summary>
    public const string KeyColumns = "row_key, date";

    /// <summary>Those from <see cref="ToFact"/> to <see cref="StagedRow.Raw"/>: of fact rows alone.</summary>
    public const string FactColumns = """
        content_hash, impressions, clicks, reach, entity_id, campaign_id, adset_id, ad_id, breakdown_key, attribution_window,
        currency, spend, conversions, purchases, purchase_value, leads, revenue, breakdowns, actions, incomplete
        """;

    /// <summary>How many columns the key has, and how many more the fact.</summary>
    public const short KeyFields = 2, FactFields = 20;

    /// <summary>From the start of a row to its key, and to what only the fact has: fields of fixed width.</summary>
    public const int ToKey = sizeof(short) + (4 * CopyEncoder.FieldOverhead) + 8 + 8 + 4 + 4, ToFact = ToKey + (2 * CopyEncoder.FieldOverhead) + 16 + 4;

    private const short Fields = 4 + KeyFields + FactFields + 1;
    // Numbers of fixed width, the heads of all fields, and the five money columns.
    private const int FixedRoom = ToFact + (FactFields * CopyEncoder.FieldOverhead) + (4 * 8) + (6 * CopyEncoder.MaxNumeric) + 64;
    private const string DefaultSetting = "default";

    private readonly BlockPool _pool;
    private readonly List<byte[]> _blocks = [];
    private readonly List<int> _lengths = [];
    private readonly Dictionary<DateOnly, StagedDay> _days = [];

    private StagedPage(int number, int rows, bool lacksFields, BlockPool pool)
    {
        (Number, LacksFields, _pool) = (number, lacksFields, pool);
        Rows = new StagedRow[rows];
    }

    /// <summary>Its number within the slice.</summary>
    public int Number { get; }

    public StagedRow[] Rows { get; }

    /// <summary>Whether fields could not be fetched.</summary>
    public bool LacksFields { get; }

    /// <summary>What each of its days adds up to.</summary>
    public IReadOnlyDictionary<DateOnly, StagedDay> Days => _days;

    /// <summary>Memory that the rows' fields take; 0 when they are in the table.</summary>
    public long Bytes => _blocks.Sum(block => (long)block.Length);

    /// <summary>Whether the fields are here, not in the table.</summary>
    public bool IsHere => _blocks.Count > 0;

    /// <summary>All of it as one stream, without the head and tail of a COPY.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Stream => _blocks.Zip(_lengths, (block, length) => (ReadOnlyMemory<byte>)block.AsMemory(0, length));

    /// <summary>A row's bytes.</summary>
    public ReadOnlySpan<byte> Of(in StagedRow row) => _blocks[row.Block].AsSpan(row.Start, row.End - row.Start);

    /// <summary>Encodes a page.</summary>
    public static StagedPage Encode(InsightsSlice slice, InsightPage page, RowHash hash, BlockPool pool)
    {
        var rows = page.Rows.Span;
        var staged = new StagedPage(page.Number, rows.Length, lacksFields: !page.Incomplete.IsEmpty, pool);
        var incomplete = page.Incomplete.IsEmpty ? null : page.Incomplete.Order(StringComparer.Ordinal).ToArray();
        var accountId = slice.Run.Account.Account.ToString()["act_".Length..];
        try
        {
            for (var index = 0; index < rows.Length; index++)
                staged.Rows[index] = staged.Add(slice, accountId, hash, in rows[index], incomplete);
        }
        catch
        {
            staged.Release();
            throw;
        }

        return staged;
    }

    /// <summary>Gives the memory of the fields back; what decides stays.</summary>
    public void Release()
    {
        foreach (var block in _blocks)
            _pool.Return(block);
        _blocks.Clear();
        _lengths.Clear();
    }

    private StagedRow Add(InsightsSlice slice, string accountId, RowHash hash, in InsightRow row, string[]? incomplete)
    {
        var entityId = row.EntityId(slice.Report.Level, accountId);
        var key = hash.Key(slice.Run, slice.Report, entityId, in row);
        var content = hash.Content(in row, incomplete);
        var room = RoomFor(entityId, in row, incomplete);
        if (_blocks.Count == 0 || _blocks[^1].Length - _lengths[^1] < room)
        {
            _blocks.Add(_pool.Rent(room));
            _lengths.Add(0);
        }

        var start = _lengths[^1];
        var fields = new CopyEncoder(_blocks[^1].AsSpan(start));
        fields.Row(Fields);
        fields.Bigint(slice.Run.Id);
        fields.Bigint(slice.Run.Epoch);
        fields.Integer(slice.Number);
        fields.Integer(Number);
        fields.Uuid(key);
        fields.Date(row.Date);
        Write(ref fields, content, entityId, in row, incomplete);
        var raw = start + fields.Length;
        fields.Json(row.Raw.Span);
        _lengths[^1] = start + fields.Length;
        _days[row.Date] = _days.GetValueOrDefault(row.Date).With(key, in row);
        return new StagedRow(key, content, row.Date, _blocks.Count - 1, start, raw, start + fields.Length);
    }

    private static void Write(ref CopyEncoder fields, long content, string entityId, in InsightRow row, string[]? incomplete)
    {
        fields.Bigint(content);
        fields.Bigint(row.Impressions);
        fields.Bigint(row.Clicks);
        fields.Bigint(row.Reach);
        fields.Text(entityId);
        fields.Text(row.CampaignId);
        fields.Text(row.AdSetId);
        fields.Text(row.AdId);
        fields.Text(row.BreakdownKey);
        fields.Text(row.AttributionSetting.Length == 0 ? DefaultSetting : row.AttributionSetting);
        fields.Text(row.Currency);
        fields.Numeric(RowHash.WithoutTrailingZeros(row.Spend));
        fields.Numeric(RowHash.WithoutTrailingZeros(row.Conversions.Conversions));
        fields.Numeric(RowHash.WithoutTrailingZeros(row.Conversions.Purchases));
        fields.Numeric(RowHash.WithoutTrailingZeros(row.Conversions.PurchaseValue));
        fields.Numeric(RowHash.WithoutTrailingZeros(row.Conversions.Leads));
        fields.Numeric(RowHash.WithoutTrailingZeros(row.Conversions.Revenue));
        fields.Jsonb(row.Breakdowns.Span);
        fields.Jsonb(row.Actions.Span);
        fields.Texts(incomplete);
    }

    private static int RoomFor(string entityId, in InsightRow row, string[]? incomplete)
    {
        var room = FixedRoom + row.Breakdowns.Length + row.Actions.Length + row.Raw.Length + Text(entityId) + Text(row.CampaignId) + Text(row.AdSetId)
            + Text(row.AdId) + Text(row.BreakdownKey) + Text(row.AttributionSetting) + Text(row.Currency);
        foreach (var field in incomplete ?? [])
            room += Text(field) + CopyEncoder.FieldOverhead;
        return room;

        static int Text(string? value) => Encoding.UTF8.GetMaxByteCount(value?.Length ?? 0);
    }
}

/// <summary>What the staged rows of a day add up to.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Keys">The exclusive or of half of each key: equal for equal sets of rows, whatever their order.</param>
/// <param name="Totals">Sums.</param>
internal readonly record struct StagedDay(long Rows, long Keys, DayTotals Totals)
{
    public static StagedDay operator +(StagedDay a, StagedDay b) => new(
        a.Rows + b.Rows, a.Keys ^ b.Keys, new DayTotals(a.Totals.Spend + b.Totals.Spend, a.Totals.Impressions + b.Totals.Impressions, a.Totals.Clicks + b.Totals.Clicks));

    public StagedDay With(Guid key, in InsightRow row)
    {
        Span<byte> bytes = stackalloc byte[16];
        key.TryWriteBytes(bytes);
        return this + new StagedDay(1, BitConverter.ToInt64(bytes), new DayTotals(row.Spend, row.Impressions, row.Clicks));
    }
}
