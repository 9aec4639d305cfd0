using System.Text.Json;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>An error as Meta words it.</summary>
internal sealed record GraphError(int Code, string Message)
{
    public int Status { get; init; } = 400;

    public string Type { get; init; } = "OAuthException";

    public int? Subcode { get; init; }

    public bool? IsTransient { get; init; }

    public string? UserTitle { get; init; }

    public string? UserMessage { get; init; }

    public void Write(Utf8JsonWriter writer, string traceId)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("error"u8);
        writer.WriteString("message"u8, Message);
        writer.WriteString("type"u8, Type);
        writer.WriteNumber("code"u8, Code);
        if (Subcode is { } subcode)
            writer.WriteNumber("error_subcode"u8, subcode);
        if (IsTransient is { } transient)
            writer.WriteBoolean("is_transient"u8, transient);
        if (UserTitle is not null)
            writer.WriteString("error_user_title"u8, UserTitle);
        if (UserMessage is not null)
            writer.WriteString("error_user_msg"u8, UserMessage);
        writer.WriteString("fbtrace_id"u8, traceId);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

/// <summary>Ends the handling of a call with an error.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "It carries an error, never a bare message.")]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "It never leaves the server.")]
internal sealed class GraphException(GraphError error) : Exception(error.Message)
{
    public GraphError Error { get; } = error;
}
