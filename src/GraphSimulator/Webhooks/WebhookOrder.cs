using System.Text.Json.Nodes;

namespace MetaGrains.GraphSimulator.Webhooks;

/// <summary>What a test wants to be sent.</summary>
/// <param name="Account">The account it is about.</param>
/// <param name="Field">The subscribed field.</param>
/// <param name="Count">How many changes are made up, when <paramref name="Values"/> names none.</param>
/// <param name="Duplicates">How many of them are sent twice.</param>
/// <param name="Reorder">Whether the last come first.</param>
/// <param name="PerPost">Changes in one request at most; Meta allows a thousand.</param>
/// <param name="PerEntry">Changes in one entry at most.</param>
/// <param name="BadSignature">Whether the signatures are of another secret.</param>
/// <param name="TestEntry">Whether the entry is of the object "0", as the test button of the app's page sends it.</param>
/// <param name="Attempts">How often a request is sent until it is answered with 200.</param>
internal sealed record WebhookOrder(
    string Account,
    string Field,
    int Count = 1,
    IReadOnlyList<JsonObject>? Values = null,
    int Duplicates = 0,
    bool Reorder = false,
    int PerPost = 1_000,
    int PerEntry = 1,
    bool BadSignature = false,
    bool TestEntry = false,
    int Attempts = 1)
{
    public void Validate()
    {
        if (Count is < 1 or > 100_000 || PerPost is < 1 or > 1_000 || PerEntry < 1 || Duplicates < 0 || Attempts is < 1 or > 100)
            throw new ArgumentException("A number of the order is out of its range.");
    }
}

/// <summary>One request that was sent.</summary>
/// <param name="Status">What it was answered with at last; 0 when nobody answered.</param>
internal sealed record WebhookDelivery(DateTimeOffset Time, string Url, string Body, int Status, int Attempts);
