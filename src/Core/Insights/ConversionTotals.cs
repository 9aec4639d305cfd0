namespace MetaGrains.Core.Insights;

/// <summary>Conversions of one row, each family counted by exactly one action type.</summary>
/// <param name="Purchases">Purchases.</param>
/// <param name="PurchaseValue">Their value, in the row's currency.</param>
/// <param name="Leads">Leads.</param>
/// <param name="LeadValue">Their value, in the row's currency.</param>
public readonly record struct ConversionTotals(decimal Purchases, decimal PurchaseValue, decimal Leads, decimal LeadValue)
{
    /// <summary>Purchases plus leads: two families of action types that do not overlap.</summary>
    public decimal Conversions => Purchases + Leads;

    /// <summary>Value of the conversions.</summary>
    public decimal Revenue => PurchaseValue + LeadValue;
}
