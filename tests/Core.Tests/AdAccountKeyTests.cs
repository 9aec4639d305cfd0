using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Accounts;

namespace MetaGrains.Core.Tests;

public sealed class AdAccountKeyTests
{
    private const string Tenant = "0f8fad5b-d9cb-469f-a165-70867728950e";

    [Fact]
    public void A_key_reads_as_the_contract_says()
    {
        Assert.True(AdAccountKey.TryParse($"acct/{Tenant}/act_20235", out var key));

        Assert.Equal(Guid.Parse(Tenant), key.Tenant.Value);
        Assert.Equal(20235, key.Account.Number);
        Assert.Equal($"acct/{Tenant}/act_20235", key.ToString());
    }

    [Fact]
    public void Every_key_survives_the_round_trip() =>
        Prop.ForAll(Any.AccountKey.ToArbitrary(), key => AdAccountKey.TryParse(key.ToString(), out var read) && read == key)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_key_is_a_number_or_a_guid_in_any_reading() =>
        Prop.ForAll(Any.AccountKey.ToArbitrary(), key =>
            {
                var text = key.ToString();
                return !Guid.TryParse(text, out _)
                    && !BigInteger.TryParse(text, NumberStyles.Any, CultureInfo.InvariantCulture, out _)
                    && !BigInteger.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _)
                    && !double.TryParse(text, NumberStyles.Any, CultureInfo.InvariantCulture, out _);
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Different_keys_have_different_texts() =>
        Prop.ForAll(Any.AccountKey.ToArbitrary(), Any.AccountKey.ToArbitrary(), (one, other) => (one == other) == (one.ToString() == other.ToString()))
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("acct/")]
    [InlineData("acct//act_1")]
    [InlineData($"acct/{Tenant}")]
    [InlineData($"acct/{Tenant}/")]
    [InlineData($"acct/{Tenant}/act_0")]
    [InlineData($"acct/{Tenant}/act_1/x")]
    [InlineData($"tenant/{Tenant}/act_1")]
    [InlineData($"ACCT/{Tenant}/act_1")]
    [InlineData($" acct/{Tenant}/act_1")]
    [InlineData("acct/acme/act_1")]
    public void Junk_is_no_key(string? text)
    {
        Assert.False(AdAccountKey.TryParse(text, out var key));
        Assert.Equal(default, key);
    }

    [Theory]
    [InlineData($"acct/{Tenant}/1")]
    [InlineData($"acct/{Tenant}/act_01")]
    [InlineData("acct/0F8FAD5B-D9CB-469F-A165-70867728950E/act_1")]
    [InlineData("acct/0f8fad5bd9cb469fa16570867728950e/act_1")]
    [InlineData("acct/{0f8fad5b-d9cb-469f-a165-70867728950e}/act_1")]
    [InlineData("acct/ 0f8fad5b-d9cb-469f-a165-70867728950e /act_1")]
    public void Another_spelling_of_a_key_is_refused_because_it_would_be_a_second_grain(string text) =>
        Assert.False(AdAccountKey.TryParse(text, out _));
}
