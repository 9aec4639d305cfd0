using System.Diagnostics.CodeAnalysis;

namespace MetaGrains.GraphSimulator.World;

/// <summary>All accounts that the server knows.</summary>
internal interface IAdWorld
{
    int AccountCount { get; }

    /// <summary>The bare number of the account at a place.</summary>
    long AccountNumber(int index);

    /// <summary>The account as it stands at a moment.</summary>
    bool TryFindAccount(long number, DateTimeOffset now, [NotNullWhen(true)] out AdAccount? account);

    /// <summary>The number of the account that a campaign, ad set or ad id belongs to, if it can be any account's.</summary>
    bool TryFindAccountOfObject(long id, out long accountNumber);

    /// <summary>Where the account's corrections are kept.</summary>
    AccountCorrections CorrectionsOf(long accountNumber);
}
