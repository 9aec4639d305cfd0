using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>Ratios as Meta writes them: up to six decimals.</summary>
internal static class Ratio
{
    public static int Format(decimal ratio, Span<byte> target)
    {
        Math.Round(ratio, 6).TryFormat(target, out var length, "0.######", CultureInfo.InvariantCulture);
        return length;
    }
}

/// <summary>
/// Writes the lists of a row: <c>[{"action_type":…,"value":…,"7d_click":…}]</c>. A window has a key only if it was
/// asked for and is not zero; a list without elements is left out.
/// </summary>
internal sealed class ActionListWriter(InsightsQuery query, Utf8JsonWriter writer)
{
    private readonly Currency _currency = query.Account.Currency;
    private readonly IReadOnlyList<ActionType> _types = query.Account.Actions.Types;

    private readonly Format _money = query.Account.Currency.Format;
    private readonly Format _count = FormatCount;

    private delegate int Format(long number, Span<byte> target);

    public void WriteCounts(Totals totals)
    {
        var open = false;
        foreach (var type in _types)
            WriteElements("actions"u8, type, totals.Of(type).Count, _count, ref open);
        Close(open);
    }

    public void WriteValues(Totals totals)
    {
        var open = false;
        foreach (var type in _types)
        {
            if (type.HasValue)
                WriteElements("action_values"u8, type, totals.Of(type).Value, _money, ref open);
        }

        Close(open);
    }

    public void WriteSingle(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name, string counted, Totals totals)
    {
        var open = false;
        if (query.Account.Actions.Find(counted) is { } type)
            WriteElement(field, name, totals.Of(type).Count, _count, ref open, -1);
        Close(open);
    }

    public void WriteCosts(Totals totals)
    {
        var open = false;
        foreach (var type in _types)
        {
            var count = totals.Of(type).Count.Default;
            if (count > 0)
                WriteRatio("cost_per_action_type"u8, type.Utf8Name, _currency.Major(totals.SpendMinor) / count, ref open);
        }

        Close(open);
    }

    public void WriteReturn(ReadOnlySpan<byte> field, string counted, Totals totals)
    {
        var open = false;
        if (query.Account.Actions.Find(counted) is { } type && totals.SpendMinor > 0)
        {
            var value = totals.Of(type).Value.Default;
            if (value > 0)
                WriteRatio(field, type.Utf8Name, (decimal)value / totals.SpendMinor, ref open);
        }

        Close(open);
    }

    private static int FormatCount(long number, Span<byte> target)
    {
        Utf8Formatter.TryFormat(number, target, out var length);
        return length;
    }

    private void WriteElements(ReadOnlySpan<byte> field, ActionType type, in ByWindow number, Format format, ref bool open)
    {
        if (query.Split is not { } split || split.Applies(type, query.Account.Actions) is false)
        {
            WriteElement(field, type.Utf8Name, number, format, ref open, -1);
            return;
        }

        if (split.Applies(type, query.Account.Actions) is null)
            return;
        for (var part = 0; part < split.Parts; part++)
            WriteElement(field, type.Utf8Name, split.Part(number, part), format, ref open, part);
    }

    private void WriteElement(ReadOnlySpan<byte> field, ReadOnlySpan<byte> type, in ByWindow number, Format format, ref bool open, int part)
    {
        var shown = Shown(number);
        if (number.Default == 0 && shown == Windows.None)
            return;
        Open(field, type, ref open);
        if (part >= 0)
            writer.WriteString(query.Split!.Utf8Name, query.Split.ValueOf(part));
        Write("value"u8, number.Default, format);
        if (shown.HasFlag(Windows.Click1))
            Write("1d_click"u8, number.Click1, format);
        if (shown.HasFlag(Windows.Click7))
            Write("7d_click"u8, number.Click7, format);
        if (shown.HasFlag(Windows.Click28))
            Write("28d_click"u8, number.Click28, format);
        if (shown.HasFlag(Windows.View1))
            Write("1d_view"u8, number.View1, format);
        writer.WriteEndObject();
    }

    private Windows Shown(in ByWindow number) =>
        query.Windows
        & ((number.Click1 == 0 ? Windows.None : Windows.Click1)
            | (number.Click7 == 0 ? Windows.None : Windows.Click7)
            | (number.Click28 == 0 ? Windows.None : Windows.Click28)
            | (number.View1 == 0 ? Windows.None : Windows.View1));

    private void WriteRatio(ReadOnlySpan<byte> field, ReadOnlySpan<byte> type, decimal ratio, ref bool open)
    {
        Open(field, type, ref open);
        Span<byte> digits = stackalloc byte[40];
        writer.WriteString("value"u8, digits[..Ratio.Format(ratio, digits)]);
        writer.WriteEndObject();
    }

    private void Write(ReadOnlySpan<byte> name, long number, Format format)
    {
        Span<byte> digits = stackalloc byte[24];
        writer.WriteString(name, digits[..format(number, digits)]);
    }

    private void Open(ReadOnlySpan<byte> field, ReadOnlySpan<byte> type, ref bool open)
    {
        if (!open)
            writer.WriteStartArray(field);
        open = true;
        writer.WriteStartObject();
        writer.WriteString("action_type"u8, type);
    }

    private void Close(bool open)
    {
        if (open)
            writer.WriteEndArray();
    }
}
