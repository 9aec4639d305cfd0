using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Insights;

namespace MetaGrains.Warehouse.Tests;

public sealed class RowHashTests
{
    private static readonly InsightRow Row = WarehouseFixture.AdRow(1, WarehouseFixture.Week.Since, 14.3m);

    // Few values each, some of them prefixes of others, so that two identities often differ in one place alone.
    private sealed record Identity(int Tenant, int Account, string Report, InsightsLevel Level, string Entity, int Day, string Breakdown);

    [Fact]
    public void Two_rows_have_the_same_key_exactly_when_they_are_the_same_row() =>
        Prop.ForAll(Identities.ToArbitrary(), Identities.ToArbitrary(), (one, other) =>
                (one == other) == (KeyOf(one) == KeyOf(other)) && KeyOf(one) == KeyOf(one))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Moving_a_letter_from_one_part_to_the_next_makes_another_key()
    {
        var identity = new Identity(1, 1, "ab", InsightsLevel.Ad, "1", 0, "");

        Assert.NotEqual(KeyOf(identity with { Report = "a", Entity = "b1" }), KeyOf(identity with { Report = "ab", Entity = "1" }));
        Assert.NotEqual(KeyOf(identity with { Entity = "12", Breakdown = "" }), KeyOf(identity with { Entity = "1", Breakdown = "2" }));
    }

    [Fact]
    public void The_key_is_of_who_the_row_is_and_not_of_what_it_says_or_which_run_read_it()
    {
        var hash = new RowHash();
        var (run, report) = (Run(1, 1), InsightsReport.Daily(InsightsLevel.Ad));
        var restated = WarehouseFixture.AdRow(1, Row.Date, 99m);

        Assert.Equal(hash.Key(run, report, "70001", in Row), hash.Key(run with { Id = 9, Epoch = 9, Job = "deep" }, report, "70001", in restated));
    }

    // Worked out apart, from the documented layout alone: a change of either would rewrite every stored row.
    [Fact]
    public void The_stored_hashes_never_change()
    {
        Assert.Equal(Guid.Parse("8687d66e-e8e5-7871-446f-15a0884ea183"), KeyOf(new Identity(1, 1, "ad_daily", InsightsLevel.Ad, "70001", 0, "")));
        Assert.Equal(3421804705555772815, new RowHash().Content(in Row));
    }

    [Fact]
    public void Zeros_at_the_end_go_in_whatever_way_they_are_found() =>
        Prop.ForAll(Amounts.ToArbitrary(), Gen.Choose(0, 9).ToArbitrary(), (amount, zeros) =>
            {
                var written = amount + new decimal(0, 0, 0, false, (byte)zeros);
                var divided = written == 0 ? 0 : written / 1.000000000000000000000000000000m;
                return decimal.GetBits(RowHash.WithoutTrailingZeros(written)).SequenceEqual(decimal.GetBits(divided));
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Content_ignores_how_a_number_was_written() =>
        Prop.ForAll(Amounts.ToArbitrary(), Gen.Choose(0, 9).ToArbitrary(), (amount, zeros) =>
            {
                var written = amount + new decimal(0, 0, 0, false, (byte)zeros);
                return new RowHash().Content(WarehouseFixture.AdRow(1, Row.Date, amount)) == new RowHash().Content(WarehouseFixture.AdRow(1, Row.Date, written));
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Content_tells_any_two_amounts_apart() =>
        Prop.ForAll(Amounts.ToArbitrary(), Amounts.ToArbitrary(), (one, other) =>
                (one == other) == (new RowHash().Content(WarehouseFixture.AdRow(1, Row.Date, one)) == new RowHash().Content(WarehouseFixture.AdRow(1, Row.Date, other))))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Minus_zero_is_zero() =>
        Assert.Equal(
            new RowHash().Content(WarehouseFixture.AdRow(1, Row.Date, 0m)),
            new RowHash().Content(WarehouseFixture.AdRow(1, Row.Date, new decimal(0, 0, 0, isNegative: true, 2))));

    [Fact]
    public void Cutting_trailing_zeros_keeps_the_number_and_leaves_no_zero()
    {
        Prop.ForAll(Amounts.ToArbitrary(), amount =>
            {
                var cut = RowHash.WithoutTrailingZeros(amount);
                return cut == amount && (cut.Scale == 0 || cut * (decimal)Math.Pow(10, cut.Scale - 1) % 1 != 0);
            })
            .QuickCheckThrowOnFailure();
        Assert.Equal(decimal.MaxValue, RowHash.WithoutTrailingZeros(decimal.MaxValue));
        Assert.Equal(1.0000000000000000000000000001m, RowHash.WithoutTrailingZeros(1.0000000000000000000000000001m));
    }

    [Fact]
    public void Whatever_Meta_can_restate_changes_the_content()
    {
        InsightRow[] rows =
        [
            Make(), Make(campaign: "x"), Make(campaign: null), Make(campaign: ""), Make(adSet: "x"), Make(adSet: null), Make(ad: "x"), Make(ad: null),
            Make(currency: "USD"), Make(setting: "1d_view"), Make(impressions: 9), Make(clicks: 9), Make(reach: 9), Make(reach: null), Make(reach: 0),
            Make(spend: 9), Make(conversions: new ConversionTotals(9, 2, 3, 4)), Make(conversions: new ConversionTotals(1, 9, 3, 4)),
            Make(conversions: new ConversionTotals(1, 2, 9, 4)), Make(conversions: new ConversionTotals(1, 2, 3, 9)),
            Make(actions: "{}"), Make(breakdowns: "{}"), Make(actions: "{}", breakdowns: "{}"),
        ];

        Assert.Equal(rows.Length, rows.Select(row => new RowHash().Content(in row)).Distinct().Count());
    }

    [Fact]
    public void The_words_of_the_raw_row_alone_are_no_content() =>
        Assert.Equal(new RowHash().Content(Make()), new RowHash().Content(Make(raw: "{ }")));

    [Fact]
    public void A_hash_that_was_used_before_gives_the_same_answers()
    {
        var used = new RowHash();
        used.Content(Make(actions: new string('x', 10_000)));

        Assert.Equal(new RowHash().Content(in Row), used.Content(in Row));
    }

    private static Gen<Identity> Identities { get; } =
        from tenant in Gen.Choose(1, 2)
        from account in Gen.Choose(1, 2)
        from report in Gen.Elements("a", "ab")
        from level in Gen.Elements(InsightsLevel.AdSet, InsightsLevel.Ad)
        from entity in Gen.Elements("", "b", "1")
        from day in Gen.Choose(0, 1)
        from breakdown in Gen.Elements("", "1", "age=1")
        select new Identity(tenant, account, report, level, entity, day, breakdown);

    private static Gen<decimal> Amounts { get; } =
        from units in Gen.Choose(-10_000_000, 10_000_000)
        from scale in Gen.Choose(0, 6)
        select units * new decimal(1, 0, 0, false, (byte)scale);

    private static Guid KeyOf(Identity identity) => new RowHash().Key(
        Run(identity.Tenant, identity.Account), InsightsReport.Daily(identity.Level) with { Name = identity.Report }, identity.Entity,
        Make(day: identity.Day, breakdownKey: identity.Breakdown));

    private static SyncRun Run(int tenant, int account) =>
        new(1, new AdAccountKey(new TenantId(new Guid(tenant, 0, 0, new byte[8])), AdAccountId.Parse($"{account}")), "incremental", 1);

    private static InsightRow Make(
        int day = 0, string? campaign = "c", string? adSet = "s", string? ad = "a", string currency = "EUR", string setting = "7d_click",
        long impressions = 100, long clicks = 10, long? reach = 90, decimal spend = 1.5m, ConversionTotals? conversions = null,
        string actions = "", string breakdowns = "", string breakdownKey = "", string raw = "{}") => new()
        {
            Date = WarehouseFixture.Week.Since.AddDays(day), CampaignId = campaign, AdSetId = adSet, AdId = ad, Currency = currency, AttributionSetting = setting,
            Impressions = impressions, Clicks = clicks, Reach = reach, Spend = spend, Conversions = conversions ?? new ConversionTotals(1, 2, 3, 4),
            BreakdownKey = breakdownKey, Breakdowns = Bytes(breakdowns), Actions = Bytes(actions), Raw = Bytes(raw),
        };

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
