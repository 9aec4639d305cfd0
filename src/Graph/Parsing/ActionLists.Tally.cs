using MetaGrains.Core.Insights;

namespace MetaGrains.Graph.Parsing;

/// <content>What the conversions are counted from.</content>
internal sealed partial class ActionLists
{
    private const byte Unasked = 0;
    private const byte NotCounting = 1;
    private const byte Counting = 2;

    // The tally adds without looking; so each type reaches it once, as a sum that is known to be exact.
    private void Feed(ConversionTally tally, ReadOnlySpan<Element> elements, bool repeats)
    {
        var any = false;
        for (var index = 0; index < elements.Length; index++)
        {
            ref readonly var element = ref elements[index];
            if ((element.List != _actions && element.List != _actionValues) || !Counts(tally, element.Type))
                continue;
            if (repeats && IsRepeated(elements, index))
                continue;
            if (!TrySumOfType(repeats ? elements[index..] : elements.Slice(index, 1), out var sum))
                continue;
            any = true;
            if (element.List == _actions)
                tally.Count(_names.Name(element.Type), sum);
            else
                tally.Value(_names.Name(element.Type), sum);
        }

        if (!any)
            return;
        var totals = tally.Totals();
        _ = Sum(totals.Purchases, totals.Leads);
        _ = Sum(totals.PurchaseValue, totals.LeadValue);
    }

    // Asked once for each name: most actions are none that count.
    private bool Counts(ConversionTally tally, int type)
    {
        ref var note = ref NoteOf(type);
        if (note.Counts == Unasked)
            note.Counts = tally.Knows(_names.Name(type)) ? Counting : NotCounting;
        return note.Counts == Counting;
    }

    // One type stands in several elements only with further keys or as a duplicate.
    private static bool IsRepeated(ReadOnlySpan<Element> elements, int index)
    {
        for (var earlier = index - 1; earlier >= 0 && elements[earlier].List == elements[index].List; earlier--)
        {
            if (elements[earlier].Type == elements[index].Type)
                return true;
        }

        return false;
    }

    private bool TrySumOfType(ReadOnlySpan<Element> elements, out decimal sum)
    {
        sum = 0;
        var any = false;
        foreach (var element in elements)
        {
            if (element.List != elements[0].List)
                break;
            if (element.Type != elements[0].Type)
                continue;
            foreach (var figure in _figures.AsSpan(element.First, element.Count))
            {
                if (figure.Name != ValueName)
                    continue;
                sum = any ? Sum(sum, figure.Value) : figure.Value;
                any = true;
            }
        }

        return any;
    }
}
