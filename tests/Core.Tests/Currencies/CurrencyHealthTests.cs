using MetaGrains.Core.Currencies;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Tests.Machine;

namespace MetaGrains.Core.Tests.Currencies;

public sealed class CurrencyHealthTests
{
    [Fact]
    public void An_account_of_another_currency_makes_no_call_says_why_and_runs_once_it_is_allowed()
    {
        var settings = AccountModel.Settings();
        var model = new AccountModel(settings).Settle();
        model.After(TimeSpan.FromDays(1)).Settle();
        model.Started.Clear();

        model.Send(new SyncEvent.SettingsChanged(settings with { Version = "blocked", CurrencyRefusal = CurrencyRule.Refuse("EUR", severalCurrencies: false, "USD") }));
        model.After(TimeSpan.FromDays(1));

        Assert.Equal((AccountHealth.CurrencyMismatch, HealthOwner.Customer), (model.State.Health.Health, model.State.Health.Owner));
        Assert.Contains("bills in USD", model.State.Health.Reason, StringComparison.Ordinal);
        Assert.Null(model.State.Ask);
        Assert.Empty(model.Started);

        model.Send(new SyncEvent.SettingsChanged(settings with { Version = "allowed" })).Settle();

        Assert.Equal(AccountHealth.Active, model.State.Health.Health);
        Assert.NotEmpty(model.Started);
    }

    [Fact]
    public void Its_name_is_read_back() =>
        Assert.True(AccountHealths.TryParse("currency_mismatch", out var health) && health == AccountHealth.CurrencyMismatch);
}
