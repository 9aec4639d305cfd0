using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Warehouse.Tests.Secrets;

public sealed class SecretTests
{
    private const string Place = "integration/1/access_token";

    [Fact]
    public void What_was_sealed_opens_again_in_its_place()
    {
        var keys = EncryptionKeys.Parse(EncryptionKeys.Generate());

        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>().Filter(text => IsUnicode(text.Get)), text =>
                SealedSecret.Seal(text.Get, Place, keys).Open(Place, keys) == text.Get)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_same_secret_sealed_twice_is_two_different_texts_without_it()
    {
        var keys = EncryptionKeys.Parse(EncryptionKeys.Generate());
        var (one, other) = (SealedSecret.Seal("EAAB-secret", Place, keys), SealedSecret.Seal("EAAB-secret", Place, keys));

        Assert.NotEqual(one.Nonce, other.Nonce);
        Assert.NotEqual(one.Ciphertext, other.Ciphertext);
        Assert.Equal(-1, one.Ciphertext.AsSpan().IndexOf("EAAB"u8));
        Assert.Equal(keys.CurrentId, one.KeyId);
    }

    [Fact]
    public void A_change_of_any_one_bit_of_any_byte_is_noticed()
    {
        var keys = EncryptionKeys.Parse(EncryptionKeys.Generate());
        var secret = SealedSecret.Seal("EAAB-secret", Place, keys);

        for (var at = 0; at < secret.Ciphertext.Length; at++)
        {
            var damaged = secret with { Ciphertext = Flip(secret.Ciphertext, at) };
            Assert.ThrowsAny<CryptographicException>(() => damaged.Open(Place, keys));
        }

        for (var at = 0; at < secret.Nonce.Length; at++)
        {
            var damaged = secret with { Nonce = Flip(secret.Nonce, at) };
            Assert.ThrowsAny<CryptographicException>(() => damaged.Open(Place, keys));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    public void A_text_that_was_cut_short_is_noticed(int length)
    {
        var keys = EncryptionKeys.Parse(EncryptionKeys.Generate());
        var secret = SealedSecret.Seal("EAAB-secret", Place, keys);

        Assert.ThrowsAny<CryptographicException>(() => (secret with { Ciphertext = secret.Ciphertext[..length] }).Open(Place, keys));
        Assert.ThrowsAny<CryptographicException>(() => (secret with { Nonce = secret.Nonce[..8] }).Open(Place, keys));
    }

    [Fact]
    public void Moved_to_another_place_it_does_not_open()
    {
        var keys = EncryptionKeys.Parse(EncryptionKeys.Generate());
        var secret = SealedSecret.Seal("EAAB-secret", Place, keys);

        Assert.ThrowsAny<CryptographicException>(() => secret.Open("integration/2/access_token", keys));
    }

    [Fact]
    public void Another_key_is_told_apart_by_its_id_and_the_message_says_what_to_do()
    {
        var (sealing, opening) = (EncryptionKeys.Generate(), EncryptionKeys.Generate());
        var secret = SealedSecret.Seal("EAAB-secret", Place, EncryptionKeys.Parse(sealing));

        var refused = Assert.ThrowsAny<CryptographicException>(() => secret.Open(Place, EncryptionKeys.Parse(opening)));

        Assert.Contains(EncryptionKeys.Parse(sealing).CurrentId, refused.Message, StringComparison.Ordinal);
        Assert.Contains(EncryptionKeys.Parse(opening).CurrentId, refused.Message, StringComparison.Ordinal);
        Assert.Contains("connect again", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(sealing, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(opening, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_read_in_either_case_with_white_space_around_it()
    {
        var hex = EncryptionKeys.Generate();

        Assert.Equal(64, hex.Length);
        Assert.Equal(EncryptionKeys.Parse(hex).CurrentId, EncryptionKeys.Parse($" {hex.ToUpperInvariant()}\n").CurrentId);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(hex)))[..16], EncryptionKeys.Parse(hex).CurrentId);
        Assert.NotEqual(hex, EncryptionKeys.Generate());
    }

    [Theory]
    [InlineData(null, "is not set")]
    [InlineData("", "is not set")]
    [InlineData(" \n", "is not set")]
    [InlineData("abc", "must be 64 hexadecimal digits")]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeef", "must be 64 hexadecimal digits")]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0", "must be 64 hexadecimal digits")]
    [InlineData("g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "must be 64 hexadecimal digits")]
    public void A_malformed_key_is_refused_without_being_repeated(string? hex, string says)
    {
        var refused = Assert.Throws<FormatException>(() => EncryptionKeys.Parse(hex));

        Assert.Contains("ENCRYPTION_KEY", refused.Message, StringComparison.Ordinal);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Contains("openssl rand -hex 32", refused.Message, StringComparison.Ordinal);
        if (!string.IsNullOrWhiteSpace(hex))
            Assert.DoesNotContain(hex, refused.ToString(), StringComparison.Ordinal);
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }

    private static bool IsUnicode(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
