using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Tests;

public sealed class ConversionTallyTests
{
    private static readonly string[] Purchases =
    [
        "omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase", "onsite_web_purchase",
        "app_custom_event.fb_mobile_purchase", "offline_conversion.purchase",
    ];

    private static readonly string[] Leads =
        ["lead", "onsite_conversion.lead_grouped", "offsite_conversion.fb_pixel_lead", "offline_conversion.lead"];

    public static TheoryData<string[], int> Families => new() { { Purchases, 0 }, { Leads, 1 } };

    [Theory]
    [MemberData(nameof(Families))]
    public void Of_overlapping_types_the_first_in_rank_counts_alone_in_whatever_order_they_come(string[] types, int family)
    {
        for (var first = 0; first < types.Length; first++)
        {
            var tally = new ConversionTally();
            for (var rank = types.Length - 1; rank >= first; rank--)
            {
                tally.Count(Bytes(types[rank]), rank + 1);
                tally.Value(Bytes(types[rank]), (rank + 1) * 10);
            }

            Assert.Equal((first + 1, (first + 1) * 10), Of(tally, family));
            Assert.Equal((0, 0), Of(tally, 1 - family));
        }
    }

    [Fact]
    public void Count_and_value_come_from_the_same_type()
    {
        var tally = new ConversionTally();
        tally.Count("purchase"u8, 4);
        tally.Value("offsite_conversion.fb_pixel_purchase"u8, 99);

        Assert.Equal(new ConversionTotals(4, 0, 0, 0), tally.Totals());
    }

    [Fact]
    public void One_type_split_by_a_further_breakdown_adds_up()
    {
        var tally = new ConversionTally();
        tally.Count("lead"u8, 1);
        tally.Count("lead"u8, 2.5m);
        tally.Value("lead"u8, 10);
        tally.Value("lead"u8, 0.01m);

        Assert.Equal(new ConversionTotals(0, 0, 3.5m, 10.01m), tally.Totals());
    }

    [Fact]
    public void Reset_forgets_counts_values_and_which_types_were_there()
    {
        var tally = new ConversionTally();
        tally.Count("omni_purchase"u8, 1);
        tally.Value("lead"u8, 1);
        tally.Reset();
        Assert.Equal(default, tally.Totals());

        tally.Count("purchase"u8, 2);

        Assert.Equal(new ConversionTotals(2, 0, 0, 0), tally.Totals());
    }

    [Theory]
    [InlineData("link_click")]
    [InlineData("omni_purchase_value")]
    [InlineData("OMNI_PURCHASE")]
    [InlineData("leads")]
    [InlineData("")]
    public void Other_types_count_for_nothing(string type)
    {
        var tally = new ConversionTally();
        tally.Count(Bytes(type), 5);
        tally.Value(Bytes(type), 5);

        Assert.Equal(default, tally.Totals());
    }

    [Fact]
    public void A_type_with_zero_is_still_the_one_that_counts()
    {
        var tally = new ConversionTally();
        tally.Count("omni_purchase"u8, 0);
        tally.Count("purchase"u8, 7);

        Assert.Equal(0, tally.Totals().Purchases);
    }

    [Fact]
    public void Types_of_lower_rank_never_change_a_total() =>
        Prop.ForAll(
                Gen.Choose(0, Purchases.Length - 1).ToArbitrary(),
                Elements(Purchases).ToArbitrary(), Elements(Leads).ToArbitrary(),
                (best, purchases, leads) =>
                {
                    var (without, with) = (new ConversionTally(), new ConversionTally());
                    foreach (var tally in new[] { without, with })
                    {
                        tally.Count(Bytes(Purchases[best]), 3);
                        tally.Value(Bytes(Purchases[best]), 30);
                        tally.Count("lead"u8, 5);
                    }

                    foreach (var (rank, amount, isValue) in purchases.Where(element => element.Rank > best))
                        Take(with, Purchases[rank], amount, isValue);
                    foreach (var (rank, amount, isValue) in leads.Where(element => element.Rank > 0))
                        Take(with, Leads[rank], amount, isValue);
                    return with.Totals() == without.Totals();
                })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_the_elements_never_matters() =>
        Prop.ForAll(Elements(Purchases).ToArbitrary(), elements =>
            {
                var (forward, backward) = (new ConversionTally(), new ConversionTally());
                foreach (var (rank, amount, isValue) in elements)
                    Take(forward, Purchases[rank], amount, isValue);
                foreach (var (rank, amount, isValue) in Enumerable.Reverse(elements))
                    Take(backward, Purchases[rank], amount, isValue);
                return forward.Totals() == backward.Totals();
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Conversions_and_revenue_add_the_two_families_that_do_not_overlap()
    {
        var totals = new ConversionTotals(1, 20.5m, 2, 0.25m);

        Assert.Equal(3, totals.Conversions);
        Assert.Equal(20.75m, totals.Revenue);
    }

    private static Gen<(int Rank, int Amount, bool IsValue)[]> Elements(string[] types) =>
        (from rank in Gen.Choose(0, types.Length - 1)
         from amount in Gen.Choose(0, 1000)
         from isValue in Gen.Elements(true, false)
         select (rank, amount, isValue)).ArrayOf();

    private static void Take(ConversionTally tally, string type, int amount, bool isValue)
    {
        if (isValue)
            tally.Value(Bytes(type), amount);
        else
            tally.Count(Bytes(type), amount);
    }

    private static (decimal Count, decimal Value) Of(ConversionTally tally, int family)
    {
        var totals = tally.Totals();
        return family == 0 ? (totals.Purchases, totals.PurchaseValue) : (totals.Leads, totals.LeadValue);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
