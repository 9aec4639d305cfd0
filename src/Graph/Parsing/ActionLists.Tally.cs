using MetaGrains.Core.Insights;

namespace MetaGrains.Graph.Parsing;

/// <content>What the conversions are counted from.</content>
internal sealed partial class ActionLists
{
    // The tally adds without looking; so each type reaches it once, as a sum that is known to be exact.
    private void Feed(ConversionTally tally, ReadOnlySpan<Element> elements, bool repeats)
    {
        for (var index = 0; index < elements.Length; index++)
        {
            var element = elements[index];
            if (element.List != _actions && element.List != _actionValues)
                continue;
            if (repeats && IsRepeated(elements, index))
                continue;
            if (!TrySumOfType(repeats ? elements[index..] : elements.Slice(index, 1), out var sum))
                continue;
            if (element.List == _actions)
                tally.Count(_names.Name(element.Type), sum);
            else
                tally.Value(_names.Name(element.Type), sum);
        }

        var totals = tally.Totals();
        _ = Sum(totals.Purchases, totals.Leads);
        _ = Sum(totals.PurchaseValue, totals.LeadValue);
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
