using System.Text.Json;
using MetaGrains.Core.Sync;

namespace MetaGrains.Core.Tests;

public sealed class AccessTokenTests
{
    private const string Secret = "EAAB-very-secret";

    [Fact]
    public void A_token_never_prints_itself()
    {
        var token = new AccessToken(Secret);

        Assert.Equal("***", token.ToString());
        Assert.Equal("token ***", $"token {token}");
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(token), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(new { Token = token }), StringComparison.Ordinal);
        Assert.Equal(Secret, token.Reveal());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("EAAB secret")]
    [InlineData("EAAB-secret\n")]
    [InlineData("\tEAAB-secret")]
    public void What_is_no_single_word_is_refused_without_being_repeated(string value)
    {
        var refused = Assert.Throws<ArgumentException>(() => new AccessToken(value));

        Assert.DoesNotContain("EAAB", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_token_at_all_is_refused() => Assert.Throws<ArgumentException>(() => new AccessToken(null!));
}
