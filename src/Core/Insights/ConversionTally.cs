namespace MetaGrains.Core.Insights;

/// <summary>
/// Counts purchases and leads of one row without double counting. Meta's <c>actions</c> array holds overlapping
/// roll-ups (<c>omni_purchase</c> contains <c>purchase</c> contains the pixel's purchases …), so for each family one
/// action type is chosen, the first of a fixed order that the row has, and no other is looked at. Count and value
/// come from the same type. Reusable: <see cref="Reset"/> between rows.
/// </summary>
public sealed class ConversionTally
{
    private readonly Family _purchases = new(
        "omni_purchase"u8.ToArray(),
        "purchase"u8.ToArray(),
        "offsite_conversion.fb_pixel_purchase"u8.ToArray(),
        "onsite_web_purchase"u8.ToArray(),
        "app_custom_event.fb_mobile_purchase"u8.ToArray(),
        "offline_conversion.purchase"u8.ToArray());

    private readonly Family _leads = new(
        "lead"u8.ToArray(),
        "onsite_conversion.lead_grouped"u8.ToArray(),
        "offsite_conversion.fb_pixel_lead"u8.ToArray(),
        "offline_conversion.lead"u8.ToArray());

    /// <summary>Forgets the last row.</summary>
    public void Reset()
    {
        _purchases.Reset();
        _leads.Reset();
    }

    /// <summary>Whether a type counts at all; all others may be left out.</summary>
    public bool Knows(ReadOnlySpan<byte> actionType) => _purchases.Knows(actionType) || _leads.Knows(actionType);

    /// <summary>Takes one element of <c>actions</c>: how often it happened, by the row's own attribution setting.</summary>
    public void Count(ReadOnlySpan<byte> actionType, decimal value)
    {
        if (!_purchases.Count(actionType, value))
            _leads.Count(actionType, value);
    }

    /// <summary>Takes one element of <c>action_values</c>: what it was worth.</summary>
    public void Value(ReadOnlySpan<byte> actionType, decimal value)
    {
        if (!_purchases.Value(actionType, value))
            _leads.Value(actionType, value);
    }

    /// <summary>The totals of everything taken since <see cref="Reset"/>.</summary>
    public ConversionTotals Totals()
    {
        var (purchases, purchaseValue) = _purchases.Pick();
        var (leads, leadValue) = _leads.Pick();
        return new ConversionTotals(purchases, purchaseValue, leads, leadValue);
    }

    private sealed class Family(params byte[][] typesByRank)
    {
        private readonly decimal[] _counts = new decimal[typesByRank.Length];
        private readonly decimal[] _values = new decimal[typesByRank.Length];
        private readonly bool[] _present = new bool[typesByRank.Length];

        public void Reset()
        {
            Array.Clear(_counts);
            Array.Clear(_values);
            Array.Clear(_present);
        }

        public bool Knows(ReadOnlySpan<byte> actionType)
        {
            foreach (var type in typesByRank)
            {
                if (actionType.SequenceEqual(type))
                    return true;
            }

            return false;
        }

        public bool Count(ReadOnlySpan<byte> actionType, decimal value) => Add(_counts, actionType, value);

        public bool Value(ReadOnlySpan<byte> actionType, decimal value) => Add(_values, actionType, value);

        public (decimal Count, decimal Value) Pick()
        {
            var rank = Array.IndexOf(_present, true);
            return rank < 0 ? (0m, 0m) : (_counts[rank], _values[rank]);
        }

        // With further action breakdowns one type has several elements, which do add up.
        private bool Add(decimal[] totals, ReadOnlySpan<byte> actionType, decimal value)
        {
            for (var rank = 0; rank < typesByRank.Length; rank++)
            {
                if (!actionType.SequenceEqual(typesByRank[rank]))
                    continue;
                totals[rank] += value;
                _present[rank] = true;
                return true;
            }

            return false;
        }
    }
}
