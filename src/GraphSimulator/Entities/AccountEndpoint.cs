using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Answers <c>/me/adaccounts</c> and reads of one account.</summary>
internal sealed class AccountEndpoint(IAdWorld world)
{
    private const int MostPerPage = 5_000;

    private static readonly HashSet<string> Known = new(
        [
            "id", "account_id", "name", "account_status", "disable_reason", "currency", "timezone_id", "timezone_name",
            "timezone_offset_hours_utc", "amount_spent", "balance", "spend_cap", "business", "business_name", "business_country_code",
            "owner", "created_time", "age", "is_prepay_account", "funding_source_details", "min_daily_budget",
            "min_campaign_group_spend_cap", "user_tasks", "capabilities", "failed_delivery_checks", "end_advertiser",
        ],
        StringComparer.Ordinal);

    /// <summary>The accounts of the token. The cursor is the place, as the list has a fixed order.</summary>
    public int List(GraphRequest request, DateTimeOffset now, Utf8JsonWriter writer)
    {
        var fields = Fields(request);
        var limit = Paging.Limit(request, MostPerPage);
        var (first, last) = Page(request, limit);
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        for (var index = first; index < last; index++)
        {
            if (world.TryFindAccount(world.AccountNumber(index), now, out var account))
                Write(writer, account, now, fields);
        }

        writer.WriteEndArray();
        if (last > first)
            Paging.Write(writer, request, Cursors.Write(first), Cursors.Write(last - 1), last < world.AccountCount, first > 0);
        writer.WriteEndObject();
        return last - first;
    }

    public static void Read(GraphRequest request, AdAccount account, DateTimeOffset now, Utf8JsonWriter writer) =>
        Write(writer, account, now, Fields(request));

    private (int First, int Last) Page(GraphRequest request, int limit)
    {
        var count = world.AccountCount;
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

    private static List<string> Fields(GraphRequest request)
    {
        var fields = ListParameters.Fields(request);
        foreach (var field in fields)
        {
            if (!Known.Contains(field))
                throw GraphErrors.UnknownField(field, "AdAccount");
        }

        // Without fields Meta shows the two ids.
        return fields.Count > 0 ? fields : ["account_id", "id"];
    }

    private static void Write(Utf8JsonWriter writer, AdAccount account, DateTimeOffset now, List<string> fields)
    {
        writer.WriteStartObject();
        foreach (var field in fields)
            Write(writer, account, now, field);
        if (!fields.Contains("id"))
            writer.WriteString("id"u8, account.NodeId);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, AdAccount account, DateTimeOffset now, string field)
    {
        switch (field)
        {
            case "id": writer.WriteString(field, account.NodeId); break;
            case "account_id": writer.WriteString(field, account.Number.ToString(CultureInfo.InvariantCulture)); break;
            case "name": writer.WriteString(field, account.Name); break;
            case "account_status": writer.WriteNumber(field, 1); break;
            case "disable_reason": writer.WriteNumber(field, 0); break;
            case "currency": writer.WriteString(field, account.Currency.Code); break;
            case "timezone_name": writer.WriteString(field, account.Zone.Id); break;
            case "timezone_offset_hours_utc": writer.WriteNumber(field, WorldCalendar.OffsetHours(account.Zone, now)); break;
            case "amount_spent": writer.WriteString(field, AccountSums.SpentMinor(account).ToString(CultureInfo.InvariantCulture)); break;
            case "balance" or "spend_cap": writer.WriteString(field, "0"); break;
            case "min_daily_budget": writer.WriteNumber(field, 100); break;
            case "created_time" when account.CreatedTime is not null: writer.WriteString(field, account.CreatedTime); break;
            case "age": writer.WriteNumber(field, account.Today.DayNumber - account.FirstDay.DayNumber); break;
            case "business_name" when account.BusinessName is not null: writer.WriteString(field, account.BusinessName); break;
            case "business" when account.BusinessName is not null: WriteBusiness(writer, account); break;
        }
    }

    private static void WriteBusiness(Utf8JsonWriter writer, AdAccount account)
    {
        writer.WriteStartObject("business"u8);
        if (account.BusinessId is { } id)
            writer.WriteString("id"u8, id.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("name"u8, account.BusinessName);
        writer.WriteEndObject();
    }
}
