namespace MetaGrains.GraphSimulator.World;

/// <summary>Sums over the world itself, in whole minor units; no answer is rendered or read for them.</summary>
internal static class AccountSums
{
    /// <summary>All ad-days of a range.</summary>
    public static AccountTruth Truth(AdAccount account, DateOnly since, DateOnly until)
    {
        var day = new AdDay(account.Actions.CountedKinds);
        long rows = 0, spend = 0, impressions = 0, clicks = 0;
        var days = 0;
        var last = until < account.Today ? until : account.Today;
        for (var date = since; date <= last; date = date.AddDays(1))
        {
            var before = rows;
            foreach (var ad in account.Ads)
            {
                if (!account.Read(ad, date, day))
                    continue;
                rows++;
                spend += day.SpendMinor;
                impressions += day.Impressions;
                clicks += day.Clicks;
            }

            if (rows > before)
                days++;
        }

        return new AccountTruth(rows, days, account.Currency.Major(spend), impressions, clicks);
    }

    /// <summary>All actions of a range, by type: how many, and what they were worth in major units where they have a value.</summary>
    public static IReadOnlyDictionary<string, (long Count, decimal? Value)> Actions(AdAccount account, DateOnly since, DateOnly until)
    {
        var day = new AdDay(account.Actions.CountedKinds);
        var totals = new Totals(account.Actions.CountedKinds);
        var last = until < account.Today ? until : account.Today;
        for (var date = since; date <= last; date = date.AddDays(1))
        {
            foreach (var ad in account.Ads)
            {
                if (account.Read(ad, date, day))
                    totals.Add(day);
            }
        }

        return account.Actions.Types
            .Select(type => (type.Name, type.HasValue, Tally: totals.Of(type)))
            .Where(one => one.Tally.Count.Default > 0)
            .ToDictionary(
                one => one.Name,
                one => (one.Tally.Count.Default, one.HasValue ? account.Currency.Major(one.Tally.Value.Default) : (decimal?)null),
                StringComparer.Ordinal);
    }

    /// <summary>Minor units spent since the account exists.</summary>
    public static long SpentMinor(AdAccount account) =>
        (long)(Truth(account, account.FirstDay, account.Today).Spend * account.Currency.MinorPerMajor);
}
