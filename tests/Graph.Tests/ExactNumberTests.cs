using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Tests;

public sealed class ExactNumberTests
{
    [Theory]
    [InlineData("0", "0", true)]
    [InlineData("0.0", "0", false)]
    [InlineData("-0", "0", false)]
    [InlineData("7", "7", true)]
    [InlineData("1000", "1000", true)]
    [InlineData("14.35", "14.35", true)]
    [InlineData("150.50", "150.5", false)]
    [InlineData("-3.1", "-3.1", true)]
    [InlineData("1e3", "1000", false)]
    [InlineData("1.25E-2", "0.0125", false)]
    [InlineData("2.5e+1", "25", false)]
    [InlineData("0e99", "0", false)]
    [InlineData("0.30000000000000004", "0.30000000000000004", true)]
    [InlineData("1234.5600000000002", "1234.5600000000002", true)]
    [InlineData("123456789012345678", "123456789012345678", true)]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001", false)]
    [InlineData("1.0000000000000000000000000000000000000000", "1", false)]
    [InlineData("354242763915331662.45098464799", "354242763915331662.45098464799", false)]
    [InlineData("12345678901234567.1234567890", "12345678901234567.123456789", false)]
    public void A_number_has_one_form(string text, string form, bool already)
    {
        Assert.True(ExactNumber.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var canonical));

        Assert.Equal(form, Written(value));
        Assert.Equal(already, canonical);
        Assert.Equal(decimal.Parse(form, NumberStyles.Float, CultureInfo.InvariantCulture), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("05")]
    [InlineData("1,5")]
    [InlineData("1 ")]
    [InlineData(" 1")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e+-5")]
    [InlineData("1e5x")]
    [InlineData("1..2")]
    [InlineData("1234567890123456789.")]
    [InlineData("0x1F")]
    [InlineData("NaN")]
    [InlineData("1e101")]
    [InlineData("1e18")]
    [InlineData("1000000000000000000")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("0.00000000000000000000000000001")]
    [InlineData("12345678901.1234567890123456789")]
    public void What_is_no_number_or_has_no_exact_decimal_is_refused(string text) =>
        Assert.False(ExactNumber.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));

    [Fact]
    public void Every_decimal_is_read_back_as_it_is() =>
        Prop.ForAll<int>(seed =>
        {
            var value = Any(new Random(seed));
            var fits = Math.Abs(value) < 1_000_000_000_000_000_000m;
            var read = ExactNumber.TryParse(Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)), out var parsed, out _);
            return read == fits && (!fits || parsed == value);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_sum_is_exact_or_refused() =>
        Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            var (a, b) = (Any(random), Any(random));
            if (Math.Abs(a) >= 1e18m || Math.Abs(b) >= 1e18m || !ExactNumber.TryAdd(a, b, out var sum))
                return true;
            return Scaled(a) + Scaled(b) == Scaled(sum);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData("999999999999999999", "0.0000000000000000000000000001")]
    [InlineData("123456789012345678", "0.00000000000001")]
    [InlineData("999999999999999999", "999999999999999999")]
    public void A_sum_that_would_be_rounded_or_too_large_is_refused(string left, string right) =>
        Assert.False(ExactNumber.TryAdd(
            decimal.Parse(left, CultureInfo.InvariantCulture), decimal.Parse(right, CultureInfo.InvariantCulture), out _));

    // Every width and every scale, not only what fits nowhere.
    private static decimal Any(Random random)
    {
        var words = random.Next(1, 4);
        return new decimal(
            random.Next(),
            words > 1 ? random.Next() : 0,
            words > 2 ? random.Next() : 0,
            random.Next(2) == 0,
            (byte)random.Next(29));
    }

    private static string Written(decimal value)
    {
        Span<byte> target = stackalloc byte[32];
        return Encoding.UTF8.GetString(target[..ExactNumber.Write(value, target)]);
    }

    private static BigInteger Scaled(decimal value)
    {
        var bits = decimal.GetBits(value);
        var mantissa = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
        return (value < 0 ? -mantissa : mantissa) * BigInteger.Pow(10, 28 - value.Scale);
    }
}
