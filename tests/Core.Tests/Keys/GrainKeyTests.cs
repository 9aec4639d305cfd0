using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Keys;

public sealed class GrainKeyTests
{
    private const string Id = "0f8fad5b-d9cb-469f-a165-70867728950e";

    private static readonly Gen<Guid> Uuid = ArbMap.Default.GeneratorFor<Guid>();

    [Theory]
    [InlineData($"tenant/{Id}")]
    [InlineData($"conn/{Id}")]
    [InlineData($"backfill/{Id}/{Id}")]
    [InlineData("app/1234567890123456")]
    [InlineData("sweep/00")]
    [InlineData("sweep/63")]
    [InlineData("incidents/meta")]
    public void Every_kind_of_key_reads_as_the_contract_says(string text) => Assert.Equal([text], Read(text));

    [Fact]
    public void Every_key_survives_the_round_trip_and_is_no_number_in_any_reading() =>
        Properties.Holds(
            from one in Uuid
            from other in Uuid
            from number in Any.AccountNumber
            select new[]
            {
                new TenantKey(new TenantId(one)).ToString(),
                new ConnectionKey(one).ToString(),
                new BackfillKey(new TenantId(one), other).ToString(),
                new AppKey(number).ToString(),
                new SweepKey((int)(number % SweepKey.Count)).ToString(),
            },
            texts => Assert.All(texts, text =>
            {
                Assert.Equal([text], Read(text));
                Assert.False(Guid.TryParse(text, out _));
                Assert.False(BigInteger.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _));
                Assert.False(double.TryParse(text, NumberStyles.Any, CultureInfo.InvariantCulture, out _));
            }));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tenant/")]
    [InlineData("tenant/acme")]
    [InlineData("tenant/0F8FAD5B-D9CB-469F-A165-70867728950E")]
    [InlineData("conn/{0f8fad5b-d9cb-469f-a165-70867728950e}")]
    [InlineData($"tenants/{Id}")]
    [InlineData($"conn/{Id} ")]
    [InlineData($"backfill/{Id}")]
    [InlineData($"backfill/{Id}-{Id}")]
    [InlineData("app/0")]
    [InlineData("app/01")]
    [InlineData("app/-1")]
    [InlineData("app/99999999999999999999")]
    [InlineData("app/1\0")]
    [InlineData("sweep/7")]
    [InlineData("sweep/64")]
    [InlineData("sweep/007")]
    [InlineData("incidents/")]
    [InlineData("incidents/META")]
    public void Junk_and_other_spellings_are_no_key(string? text)
    {
        Assert.Empty(Read(text));
        Assert.Throws<FormatException>(() => TenantKey.Parse(text!));
        Assert.Throws<FormatException>(() => ConnectionKey.Parse(text!));
        Assert.Throws<FormatException>(() => BackfillKey.Parse(text!));
        Assert.Throws<FormatException>(() => AppKey.Parse(text!));
        Assert.Throws<FormatException>(() => SweepKey.Parse(text!));
        Assert.Throws<FormatException>(() => IncidentsKey.Parse(text!));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(64)]
    public void There_are_64_sweeps(int number)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SweepKey(number));
        Assert.Equal(64, SweepKey.All.Distinct().Count());
    }

    private static List<string> Read(string? text)
    {
        var read = new List<string>();
        if (TenantKey.TryParse(text, out var tenant))
            read.Add(tenant.ToString());
        if (ConnectionKey.TryParse(text, out var connection))
            read.Add(connection.ToString());
        if (BackfillKey.TryParse(text, out var backfill))
            read.Add(backfill.ToString());
        if (AppKey.TryParse(text, out var app))
            read.Add(app.ToString());
        if (SweepKey.TryParse(text, out var sweep))
            read.Add(sweep.ToString());
        if (IncidentsKey.TryParse(text, out var incidents))
            read.Add(incidents.ToString());
        return read;
    }
}
