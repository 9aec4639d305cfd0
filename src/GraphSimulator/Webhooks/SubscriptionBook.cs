using System.Collections.Concurrent;

namespace MetaGrains.GraphSimulator.Webhooks;

/// <summary>What the app subscribed to.</summary>
internal sealed record Subscription(string Object, string CallbackUrl, IReadOnlyList<string> Fields);

/// <summary>The app's subscriptions, and the accounts that it is subscribed to.</summary>
internal sealed class SubscriptionBook
{
    private readonly ConcurrentDictionary<string, Subscription> _byObject = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, byte> _accounts = new();

    public IReadOnlyList<Subscription> All => [.. _byObject.Values.OrderBy(one => one.Object, StringComparer.Ordinal)];

    public void Put(Subscription subscription) => _byObject[subscription.Object] = subscription;

    public void Remove(string? subject)
    {
        if (subject is null)
            _byObject.Clear();
        else
            _byObject.TryRemove(subject, out _);
    }

    public Subscription? Find(string subject) => _byObject.GetValueOrDefault(subject);

    public bool Has(long account) => _accounts.ContainsKey(account);

    public void Add(long account) => _accounts.TryAdd(account, 0);

    public void Remove(long account) => _accounts.TryRemove(account, out _);
}
