using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Accounts;

namespace MetaGrains.Core.Tests;

public sealed class AdAccountIdTests
{
    [Theory]
    [InlineData("act_123", 123)]
    [InlineData("123", 123)]
    [InlineData("act_9223372036854775807", long.MaxValue)]
    public void Both_spellings_of_an_id_are_read_and_the_node_id_is_shown(string text, long number)
    {
        var id = AdAccountId.Parse(text);

        Assert.Equal(number, id.Number);
        Assert.Equal($"act_{number}", id.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("act_")]
    [InlineData("act_0")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("act_act_1")]
    [InlineData("ACT_1")]
    [InlineData("act_1x")]
    [InlineData("act_1\0")]
    [InlineData("1\0")]
    [InlineData("١٢٣")]
    [InlineData("9223372036854775808")]
    public void Junk_is_no_account(string? text)
    {
        Assert.False(AdAccountId.TryParse(text, out var id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void Parse_says_what_it_got_and_what_it_wants()
    {
        var refused = Assert.Throws<FormatException>(() => AdAccountId.Parse("campaign"));

        Assert.Contains("'campaign'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("act_ followed by digits", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_positive_number_survives_the_round_trip_in_both_spellings() =>
        Prop.ForAll(Any.AccountNumber.ToArbitrary(), number =>
                AdAccountId.Parse(AdAccountId.Parse($"{number}").ToString()).Number == number
                && AdAccountId.Parse($"act_{number}") == AdAccountId.Parse($"{number}"))
            .QuickCheckThrowOnFailure();
}
