using MetaGrains.Core.Currencies;

namespace MetaGrains.Core.Tests.Currencies;

public sealed class CurrencyRuleTests
{
    [Theory]
    [InlineData("EUR", false, "EUR", true)]
    [InlineData("EUR", false, "eur", true)]
    [InlineData("EUR", false, "USD", false)]
    [InlineData("EUR", true, "USD", true)]
    public void Another_currency_is_refused_unless_the_tenant_has_several(string tenant, bool several, string account, bool allowed) =>
        Assert.Equal(allowed, CurrencyRule.Refuse(tenant, several, account) is null);

    [Fact]
    public void The_refusal_names_both_currencies_and_what_to_do()
    {
        var refusal = CurrencyRule.Refuse("EUR", severalCurrencies: false, "USD")!;

        Assert.Contains("bills in USD, its tenant reports in EUR", refusal, StringComparison.Ordinal);
        Assert.Contains("allow it several", refusal, StringComparison.Ordinal);
    }
}
