using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Reports;

/// <summary>Writes a report run. Its error fields come unasked, and <c>is_running</c> only while it is true.</summary>
internal static class ReportFields
{
    private static readonly string[] All =
        ["id", "account_id", "time_ref", "time_completed", "async_status", "async_percent_completion", "is_running", "is_async_export", "is_bookmarked", "date_start", "date_stop"];

    private static readonly HashSet<string> Others = new(
        [
            "async_report_url", "friendly_name", "schedule_id", "emails", "error_code", "error_subcode", "error_message", "error_user_title", "error_user_msg",
        ],
        StringComparer.Ordinal);

    public static void Write(Utf8JsonWriter writer, ReportRun run, ReportState state, List<string> asked)
    {
        foreach (var field in asked)
        {
            if (!All.Contains(field) && !Others.Contains(field))
                throw GraphErrors.UnknownField(field, "AdReportRun");
        }

        writer.WriteStartObject();
        foreach (var field in asked.Count > 0 ? asked : [.. All])
            Write(writer, run, state, field);
        if (asked.Count > 0 && !asked.Contains("id"))
            writer.WriteString("id"u8, run.Id);
        if (state.Status == ReportState.Failed && run.Failure is { } failure)
            WriteFailure(writer, failure);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReportRun run, ReportState state, string field)
    {
        switch (field)
        {
            case "id": writer.WriteString(field, run.Id); break;
            case "account_id": writer.WriteString(field, run.Account.ToString(CultureInfo.InvariantCulture)); break;
            case "time_ref": writer.WriteNumber(field, run.Times.CreatedAt.ToUnixTimeSeconds()); break;
            case "time_completed" when state.Status == ReportState.Completed: writer.WriteNumber(field, run.Times.DoneAt.ToUnixTimeSeconds()); break;
            case "async_status": writer.WriteString(field, state.Status); break;
            case "async_percent_completion": writer.WriteNumber(field, state.Percent); break;
            case "is_running" when state.IsRunning: writer.WriteBoolean(field, true); break;
            case "date_start": writer.WriteString(field, run.Days.Since.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)); break;
            case "date_stop": writer.WriteString(field, run.Days.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)); break;
        }
    }

    private static void WriteFailure(Utf8JsonWriter writer, GraphError failure)
    {
        writer.WriteNumber("error_code"u8, failure.Code);
        if (failure.Subcode is { } subcode)
            writer.WriteNumber("error_subcode"u8, subcode);
        writer.WriteString("error_message"u8, failure.Message);
        writer.WriteString("error_user_title"u8, failure.UserTitle ?? "Report failed");
        writer.WriteString("error_user_msg"u8, failure.UserMessage ?? failure.Message);
    }
}
