namespace MetaGrains.Core.Currencies;

/// <summary>Money of different currencies is never added: a tenant reports in one currency, or says that it has several.</summary>
public static class CurrencyRule
{
    /// <summary>Says why an account is not synced, for a person, or null when nothing is wrong.</summary>
    /// <param name="tenantCurrency">ISO 4217 code in which the tenant reports.</param>
    /// <param name="severalCurrencies">Whether the tenant allows several; its figures are then kept per currency.</param>
    /// <param name="accountCurrency">ISO 4217 code in which Meta bills the account.</param>
    public static string? Refuse(string tenantCurrency, bool severalCurrencies, string accountCurrency) =>
        severalCurrencies || string.Equals(tenantCurrency, accountCurrency, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"The account bills in {accountCurrency}, its tenant reports in {tenantCurrency}: change the tenant's currency, or allow it several (tenants.several_currencies).";
}
