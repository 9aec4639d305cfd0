using System.Diagnostics.CodeAnalysis;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Recorded;

/// <summary>A world of the one account that was recorded.</summary>
internal sealed class RecordedWorld(RecordedBooks books) : IAdWorld
{
    private readonly AccountCorrections _corrections = new();

    public int AccountCount => 1;

    public long AccountNumber(int index) => books.Number;

    public bool TryFindAccount(long number, DateTimeOffset now, [NotNullWhen(true)] out AdAccount? account)
    {
        account = number == books.Number ? RecordedAccount.Create(books, now, _corrections) : null;
        return account is not null;
    }

    public bool TryFindAccountOfObject(long id, out long accountNumber)
    {
        accountNumber = books.Number;
        return true;
    }

    public AccountCorrections CorrectionsOf(long accountNumber) => _corrections;
}
