using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Tenants;

/// <summary>A tenant to be made.</summary>
public sealed record NewTenant : IChecked
{
    /// <summary>Its name in URLs: 1 to 63 of a-z, 0-9 and -, not first or last a -.</summary>
    public required string Slug { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>ISO 4217 code in which it reports.</summary>
    public required string Currency { get; init; }

    /// <summary>Whether accounts of other currencies are synced, too; figures are then kept per currency. Left out: no.</summary>
    public bool? SeveralCurrencies { get; init; }

    /// <summary>How many calls to Meta it may make; left out, Meta's usage headers decide.</summary>
    public NewBudget? Budget { get; init; }

    /// <summary>Between which tiers its accounts may move that are in tier auto; left out, all.</summary>
    public NewAutoTier? AutoTier { get; init; }

    internal TenantSettings Settings =>
        new(Name, Currency, null, Budget?.Mode ?? NewBudget.Meta, Budget?.CallsPerHour, SeveralCurrencies ?? false, AutoTier?.Bounds ?? TierBounds.All);

    void IChecked.Check(Faults faults)
    {
        TenantRules.Slug(Slug, faults);
        faults.Text("name", Name, TenantRules.LongestName);
        TenantRules.Currency(Currency, faults);
        Budget?.Check(faults);
        AutoTier?.Check(faults);
    }
}

/// <summary>What changes of a tenant; what is left out stays.</summary>
public sealed record TenantChange : IChecked
{
    /// <summary>Its name for people.</summary>
    public string? Name { get; init; }

    /// <summary>ISO 4217 code in which it reports.</summary>
    public string? Currency { get; init; }

    /// <summary>Whether accounts of other currencies are synced, too; figures are then kept per currency.</summary>
    public bool? SeveralCurrencies { get; init; }

    /// <summary>The whole budget.</summary>
    public NewBudget? Budget { get; init; }

    /// <summary>Both bounds of tier auto; the operator alone may change them.</summary>
    public NewAutoTier? AutoTier { get; init; }

    /// <summary>A member that only the operator may change; null for none.</summary>
    internal string? OperatorsAlone => Budget is not null ? "budget" : AutoTier is not null ? "auto_tier" : null;

    internal TenantSettings Settings => new(Name, Currency, null, Budget?.Mode, Budget?.CallsPerHour, SeveralCurrencies, AutoTier?.Bounds);

    void IChecked.Check(Faults faults)
    {
        if (Name is null && Currency is null && SeveralCurrencies is null && Budget is null && AutoTier is null)
            faults.Add("name", "The body changes nothing.", "Send at least one of: name, currency, several_currencies, budget, auto_tier.");
        faults.Text("name", Name, TenantRules.LongestName);
        TenantRules.Currency(Currency, faults);
        Budget?.Check(faults);
        AutoTier?.Check(faults);
    }
}

/// <summary>How many calls to Meta a tenant may make.</summary>
public sealed record NewBudget
{
    internal const string Meta = "meta";
    internal const string Fixed = "fixed";

    private const int MostCalls = 1_000_000;

    /// <summary>meta: Meta's usage headers decide. fixed: so many calls per user and rolling hour.</summary>
    public required string Mode { get; init; }

    /// <summary>The limit in mode fixed; null or left out for 200.</summary>
    [NullMeansNone]
    public int? CallsPerHour { get; init; }

    internal void Check(Faults faults)
    {
        faults.OneOf("budget.mode", Mode, [Meta, Fixed]);
        if (Mode == Meta && CallsPerHour is not null)
            faults.Add("budget.calls_per_hour", "calls_per_hour has no meaning in mode meta.", "Leave it out, or send mode fixed.");
        faults.Range("budget.calls_per_hour", CallsPerHour, 1, MostCalls);
    }
}

/// <summary>Whether a tenant is synced.</summary>
public sealed record TenantSwitch : IChecked
{
    /// <summary>False pauses every account of the tenant; nothing of theirs is changed by it.</summary>
    public required bool Enabled { get; init; }

    void IChecked.Check(Faults faults)
    {
    }
}

/// <summary>What the members of a tenant must be.</summary>
internal static class TenantRules
{
    public const int LongestName = 200;

    private const int LongestSlug = 63;

    public static void Slug(string slug, Faults faults)
    {
        if (slug.Length is 0 or > LongestSlug || slug[0] == '-' || slug[^1] == '-'
            || !slug.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
        {
            faults.Add("slug", $"slug '{Quoted.Of(slug)}' is not one.", $"Send 1 to {LongestSlug} of a-z, 0-9 and -, not first or last a -.");
        }
        else if (TenantId.TryParse(slug, out _))
        {
            // It stands where an id may stand, and would shadow the tenant of that id.
            faults.Add("slug", "slug reads like an id.", "Choose a word that is no UUID.");
        }
    }

    public static void Currency(string? currency, Faults faults)
    {
        if (currency is not null && (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper)))
            faults.Add("currency", $"currency '{Quoted.Of(currency)}' is no ISO 4217 code.", "Send three capital letters, such as EUR.");
    }
}
