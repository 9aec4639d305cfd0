namespace MetaGrains.GraphSimulator.World;

/// <summary>Changes what was delivered after the fact, and checks that the change makes sense.</summary>
internal sealed class WorldCorrections(IAdWorld world, TimeProvider clock)
{
    /// <summary>Changes an ad-day; where the ad had no delivery, it has some now.</summary>
    /// <exception cref="ArgumentException">Unknown account or ad, a number that would fall below zero, or too many decimals.</exception>
    public void Restate(string accountId, string adId, DateOnly date, decimal spendDelta, long impressionsDelta, long clicksDelta)
    {
        var (account, ad) = Find(accountId, adId);
        if (!account.Currency.TryMinor(spendDelta, out var spendMinor))
            throw new ArgumentException($"{spendDelta} is not an amount of {account.Currency.Code}.", nameof(spendDelta));
        world.CorrectionsOf(account.Number).Change(ad.Id, date, current =>
        {
            var changed = current with
            {
                SpendMinor = current.SpendMinor + spendMinor,
                Impressions = current.Impressions + impressionsDelta,
                Clicks = current.Clicks + clicksDelta,
            };
            CheckNotNegative(account, ad, date, current, changed);
            return changed;
        });
    }

    /// <summary>Takes an ad-day away.</summary>
    /// <exception cref="ArgumentException">Unknown account or ad.</exception>
    public void Remove(string accountId, string adId, DateOnly date)
    {
        var (account, ad) = Find(accountId, adId);
        world.CorrectionsOf(account.Number).Change(ad.Id, date, _ => Correction.None with { Removed = true });
    }

    /// <summary>Changes a campaign, an ad set or an ad.</summary>
    /// <exception cref="ArgumentException">Unknown account or object, or an account that cannot change.</exception>
    public void Change(string accountId, string objectId, EntityChange change)
    {
        var account = Account(accountId);
        if (!IdSpace.TryParse(objectId, out var id) || !account.TryFind(id, out var entity))
            throw new ArgumentException($"There is no object {objectId} in {accountId}.", nameof(objectId));
        if (!entity.IsMadeUp)
            throw new ArgumentException("This account is a recording; its objects stay as they are.", nameof(objectId));
        world.CorrectionsOf(account.Number).Entities.Change(id, change);
    }

    /// <summary>Changes the standing of an account.</summary>
    /// <exception cref="ArgumentException">Unknown account.</exception>
    public void ChangeAccount(string accountId, int status, int disableReason)
    {
        var changes = world.CorrectionsOf(Account(accountId).Number).Entities;
        (changes.AccountStatus, changes.DisableReason) = (status, disableReason);
    }

    private static void CheckNotNegative(AdAccount account, AdEntity ad, DateOnly date, Correction current, Correction changed)
    {
        var day = new AdDay(account.Actions.CountedKinds);
        account.Read(ad, date, day);
        if (day.SpendMinor + changed.SpendMinor - current.SpendMinor < 0
            || day.Impressions + changed.Impressions - current.Impressions < 0
            || day.Clicks + changed.Clicks - current.Clicks < 0)
        {
            throw new ArgumentException($"The ad {ad.Id} on {date:yyyy-MM-dd} would fall below zero.", nameof(changed));
        }
    }

    private (AdAccount Account, AdEntity Ad) Find(string accountId, string adId)
    {
        var account = Account(accountId);
        if (!IdSpace.TryParse(adId, out var id) || !account.TryFind(id, out var ad) || ad.Kind != EntityKind.Ad)
            throw new ArgumentException($"There is no ad {adId} in {accountId}.", nameof(adId));
        return (account, ad);
    }

    private AdAccount Account(string accountId) =>
        world.TryFindAccount(AccountIdText.Number(accountId), clock.GetUtcNow(), out var account)
            ? account
            : throw new ArgumentException($"There is no account {accountId}.", nameof(accountId));
}
