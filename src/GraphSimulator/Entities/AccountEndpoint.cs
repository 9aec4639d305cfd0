using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Tokens;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Answers the lists of accounts and businesses. The cursor is the place, as every list has a fixed order.</summary>
internal sealed class AccountEndpoint(IAdWorld world)
{
    private const int MostPerPage = 5_000;

    /// <summary>The accounts that a token sees.</summary>
    public void List(GraphRequest request, Session session, DateTimeOffset now, NodeWriter nodes, Utf8JsonWriter writer)
    {
        var fields = FieldSelection.Read(request);
        foreach (var field in fields)
            CheckAlone(field);
        var numbers = session.Accounts;
        Write(request, numbers?.Count ?? world.AccountCount, writer, index =>
        {
            if (world.TryFindAccount(numbers?[index] ?? world.AccountNumber(index), now, out var account))
                nodes.Account(account, fields);
        });
    }

    /// <summary>The account of a business, if the token sees it; of a client's accounts there are none.</summary>
    public void ListOfBusiness(GraphTarget target, GraphRequest request, Session session, DateTimeOffset now, NodeWriter nodes, Utf8JsonWriter writer)
    {
        var fields = FieldSelection.Read(request);
        var business = target.Business;
        Write(request, target.Name == "owned_ad_accounts" && session.Sees(world.AccountNumber(business)) ? 1 : 0, writer, _ =>
        {
            if (world.TryFindAccount(world.AccountNumber(business), now, out var account))
                nodes.Account(account, fields);
        });
    }

    /// <summary>The businesses of the accounts that a token sees.</summary>
    public void Businesses(GraphRequest request, Session session, DateTimeOffset now, Utf8JsonWriter writer)
    {
        var numbers = session.Accounts;
        Write(request, numbers?.Count ?? world.AccountCount, writer, index =>
        {
            if (world.TryFindAccount(numbers?[index] ?? world.AccountNumber(index), now, out var account))
                WriteBusiness(writer, account);
        });
    }

    public void Business(int index, DateTimeOffset now, Utf8JsonWriter writer)
    {
        world.TryFindAccount(world.AccountNumber(index), now, out var account);
        WriteBusiness(writer, account!);
    }

    private static void WriteBusiness(Utf8JsonWriter writer, AdAccount account)
    {
        if (BusinessBook.IdOf(account) is not { } id)
            return;
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("name"u8, account.BusinessName);
        writer.WriteEndObject();
    }

    // A wrong field is told even where there is no account to show.
    private static void CheckAlone(FieldSelection field)
    {
        if (ListEdges.KindOf(field.Name, null) is null && field.Name is not ("insights" or "adcreatives"))
            AccountFields.Check(field);
    }

    private static void Write(GraphRequest request, int count, Utf8JsonWriter writer, Action<int> write)
    {
        var (first, last) = Page(request, count);
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        for (var index = first; index < last; index++)
            write(index);
        writer.WriteEndArray();
        if (last > first)
            Paging.Write(writer, request, Cursors.Write(first), Cursors.Write(last - 1), last < count, first > 0);
        Paging.WriteCount(writer, request, count);
        writer.WriteEndObject();
    }

    private static (int First, int Last) Page(GraphRequest request, int count)
    {
        var limit = Paging.Limit(request, MostPerPage);
        if (request.Find("after") is { Length: > 0 } after)
        {
            var first = (int)Math.Min(count, Place(after) + 1);
            return (first, Math.Min(count, first + limit));
        }

        if (request.Find("before") is not { Length: > 0 } before)
            return (0, Math.Min(count, limit));
        var last = (int)Math.Min(count, Place(before));
        return (Math.Max(0, last - limit), last);
    }

    private static long Place(string cursor) =>
        Cursors.TryRead(cursor, out var place) ? place : throw GraphErrors.Invalid("Invalid cursors values");
}
