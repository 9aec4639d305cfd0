using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Writes the fields of an account that a call named. Absent values are left out.</summary>
internal static class AccountFields
{
    private static readonly HashSet<string> Known = new(
        [
            "id", "account_id", "name", "account_status", "disable_reason", "currency", "timezone_id", "timezone_name",
            "timezone_offset_hours_utc", "amount_spent", "balance", "spend_cap", "business", "business_name", "business_country_code",
            "owner", "created_time", "age", "is_prepay_account", "funding_source_details", "min_daily_budget",
            "min_campaign_group_spend_cap", "user_tasks", "capabilities", "failed_delivery_checks", "end_advertiser",
        ],
        StringComparer.Ordinal);

    /// <summary>What Meta shows when no fields are named: the two ids.</summary>
    public static IReadOnlyList<FieldSelection> Default { get; } = FieldSelection.Plain("account_id", "id");

    public static void Check(FieldSelection field)
    {
        if (!Known.Contains(field.Name))
            throw GraphErrors.UnknownField(field.Name, "AdAccount");
    }

    public static void Write(Utf8JsonWriter writer, AdAccount account, DateTimeOffset now, FieldSelection field)
    {
        var key = field.Key;
        switch (field.Name)
        {
            case "id": writer.WriteString(key, account.NodeId); break;
            case "account_id": writer.WriteString(key, Number(account.Number)); break;
            case "name": writer.WriteString(key, account.Name); break;
            case "account_status": writer.WriteNumber(key, account.Corrections?.Entities.AccountStatus ?? 1); break;
            case "disable_reason": writer.WriteNumber(key, account.Corrections?.Entities.DisableReason ?? 0); break;
            case "currency": writer.WriteString(key, account.Currency.Code); break;
            case "timezone_name": writer.WriteString(key, account.Zone.Id); break;
            case "timezone_offset_hours_utc": writer.WriteNumber(key, WorldCalendar.OffsetHours(account.Zone, now)); break;
            case "amount_spent": writer.WriteString(key, Number(AccountSums.SpentMinor(account))); break;
            case "balance" or "spend_cap" or "min_campaign_group_spend_cap": writer.WriteString(key, "0"); break;
            case "min_daily_budget": writer.WriteNumber(key, 100); break;
            case "is_prepay_account": writer.WriteBoolean(key, false); break;
            case "created_time" when account.CreatedTime is not null: writer.WriteString(key, account.CreatedTime); break;
            case "age": writer.WriteNumber(key, account.Today.DayNumber - account.FirstDay.DayNumber); break;
            case "owner" when account.BusinessId is not null: writer.WriteString(key, BusinessBook.IdOf(account)); break;
            case "business_name" when account.BusinessName is not null: writer.WriteString(key, account.BusinessName); break;
            case "business" when account.BusinessName is not null: WriteBusiness(writer, key, account); break;
            case "user_tasks": WriteTasks(writer, key); break;
        }
    }

    private static void WriteBusiness(Utf8JsonWriter writer, string key, AdAccount account)
    {
        writer.WriteStartObject(key);
        if (BusinessBook.IdOf(account) is { } id)
            writer.WriteString("id"u8, id);
        writer.WriteString("name"u8, account.BusinessName);
        writer.WriteEndObject();
    }

    private static void WriteTasks(Utf8JsonWriter writer, string key)
    {
        writer.WriteStartArray(key);
        foreach (var task in (string[])["DRAFT", "ANALYZE", "ADVERTISE", "MANAGE"])
            writer.WriteStringValue(task);
        writer.WriteEndArray();
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
