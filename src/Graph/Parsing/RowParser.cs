using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Parsing;

/// <summary>
/// Reads one row straight from the body. When the data ends inside the row it says so and is called again from the
/// row's first byte once more has come; nothing of a half-read row survives.
/// </summary>
internal sealed partial class RowParser(InsightsQuery query, FieldTable fields)
{
    private const int LongestId = 20;

    private readonly JsonTokens _tokens = new();
    private readonly TextCache _texts = new();
    private readonly ActionLists _actions = new(fields.ActionLists);
    private readonly BreakdownValues _breakdowns = new(fields.Breakdowns);
    private readonly ConversionTally _tally = new();
    private readonly long[] _seen = new long[fields.Count];
    private readonly string?[] _last = new string?[fields.Count];
    private long _attempt;
    private Draft _row;

    /// <summary>Reads a row; the reader stands on its opening brace.</summary>
    /// <param name="body">What the reader reads from.</param>
    /// <returns>False when the data ends inside the row.</returns>
    /// <exception cref="InvalidAnswerException">The row is not one that the query asked for.</exception>
    public bool TryParse(ref JsonCursor reader, ReadOnlySpan<byte> body, PageBuilder page)
    {
        var start = reader.TokenStart;
        _row = default;
        _attempt++;
        _tally.Reset();
        _actions.Reset();
        _breakdowns.Reset();
        for (var previous = -1; ;)
        {
            var field = fields.Following(previous);
            if (!reader.TryName(in fields.Json(field)))
            {
                if (!reader.Read())
                    return false;
                if (reader.TokenType == JsonTokenType.EndObject)
                    break;
                field = fields.Find(_tokens.Text(ref reader), previous);
            }

            if (!reader.Read())
                return false;
            if ((uint)field >= (uint)fields.Count ? IsNested(reader.TokenType) && !reader.TrySkip() : !TryReadField(ref reader, field))
                return false;
            previous = field;
        }

        Add(body, body[start..reader.Consumed], page);
        return true;
    }

    private static bool IsNested(JsonTokenType token) => token is JsonTokenType.StartObject or JsonTokenType.StartArray;

    private bool TryReadField(ref JsonCursor reader, int field)
    {
        if (_seen[field] == _attempt)
            throw Invalid($"{fields.Name(field)} appears twice.");
        _seen[field] = _attempt;

        var (kind, index) = fields[field];
        if (kind == FieldKind.ActionList)
            return _actions.TryRead(ref reader, _tokens, index);
        if (kind == FieldKind.Breakdown)
            return _breakdowns.TryRead(ref reader, _tokens, index);

        // Absent and null are the same to Meta.
        if (reader.TokenType != JsonTokenType.Null)
            ReadScalar(ref reader, kind, field);
        return true;
    }

    private void ReadScalar(ref JsonCursor reader, FieldKind kind, int field)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
            throw Invalid($"{fields.Name(field)} is {reader.TokenType} and neither a string nor a number.");
        var text = _tokens.Text(ref reader);
        switch (kind)
        {
            case FieldKind.AccountId:
                CheckAccount(text);
                break;
            case FieldKind.Currency:
                _row.Currency = IsCurrency(text) ? Shared(text, field) : throw Invalid("account_currency is no ISO 4217 code.");
                break;
            case FieldKind.AttributionSetting:
                _row.AttributionSetting = Shared(text, field);
                break;
            case FieldKind.CampaignId:
                _row.CampaignId = Id(text, field);
                break;
            case FieldKind.AdSetId:
                _row.AdSetId = Id(text, field);
                break;
            case FieldKind.AdId:
                _row.AdId = Id(text, field);
                break;
            case FieldKind.Impressions:
                _row.Impressions = Count(ref reader, field);
                break;
            case FieldKind.Clicks:
                _row.Clicks = Count(ref reader, field);
                break;
            case FieldKind.Reach:
                _row.Reach = Count(ref reader, field);
                break;
            case FieldKind.Spend:
                _row.Spend = ExactNumber.TryParse(text, out var spend, out _) && spend >= 0
                    ? spend
                    : throw Invalid("spend is no exact amount from 0 on.");
                break;
            case FieldKind.DateStart:
                _row.Start = Day(text, field);
                break;
            case FieldKind.DateStop:
                _row.Stop = Day(text, field);
                break;
        }
    }

    private void CheckAccount(ReadOnlySpan<byte> text)
    {
        var digits = text.StartsWith("act_"u8) ? text[4..] : text;
        if (!Utf8Parser.TryParse(digits, out long number, out var read) || read != digits.Length || number != query.Account.Number)
            throw Invalid("A row belongs to another account than the one that was asked.");
    }

    private string Id(ReadOnlySpan<byte> text, int field)
    {
        if (IsLast(text, field, out var last))
            return last;
        return text.Length is > 0 and <= LongestId && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            ? Shared(text, field)
            : throw Invalid($"{fields.Name(field)} is no id.");
    }

    private string Shared(ReadOnlySpan<byte> text, int field) =>
        IsLast(text, field, out var last) ? last : _last[field] = _texts.Get(text);

    // Rows of one campaign stand together, so the text of the last row comes first.
    private bool IsLast(ReadOnlySpan<byte> text, int field, [NotNullWhen(true)] out string? last)
    {
        last = _last[field];
        return last is not null && Ascii.Equals(text, last);
    }

    private long Count(ref JsonCursor reader, int field)
    {
        if (reader.TryShortNumber(out var number))
            return number;
        return ExactNumber.TryParseCount(_tokens.Text(ref reader), out var count) ? count : throw Invalid($"{fields.Name(field)} is no whole number from 0 on.");
    }

    private DateOnly Day(ReadOnlySpan<byte> text, int field) =>
        TryDay(text, out var day) ? day : throw Invalid($"{fields.Name(field)} is no date like 2026-01-31.");

    private static bool IsCurrency(ReadOnlySpan<byte> text) =>
        text.Length == 3 && !text.ContainsAnyExceptInRange((byte)'A', (byte)'Z');

    private static bool TryDay(ReadOnlySpan<byte> text, out DateOnly day)
    {
        day = default;
        if (text.Length != 10 || text[4] != (byte)'-' || text[7] != (byte)'-')
            return false;
        var (year, month, number) = (Digits(text[..4]), Digits(text[5..7]), Digits(text[8..]));
        if (year < 1 || month is < 1 or > 12 || number < 1 || number > DateTime.DaysInMonth(year, month))
            return false;
        day = new DateOnly(year, month, number);
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var number = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return -1;
            number = (number * 10) + (digit - '0');
        }

        return number;
    }

    private static InvalidAnswerException Invalid(string message) => new(message);

    /// <summary>What was read of the row so far.</summary>
    private struct Draft
    {
        public DateOnly? Start;
        public DateOnly? Stop;
        public string? Currency;
        public string? AttributionSetting;
        public string? CampaignId;
        public string? AdSetId;
        public string? AdId;
        public long Impressions;
        public long Clicks;
        public long? Reach;
        public decimal Spend;
    }
}
