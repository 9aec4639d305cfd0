using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Json;

/// <summary>A request body that says by itself what is wrong with it.</summary>
internal interface IChecked
{
    /// <summary>Adds what is wrong with the values; their types are right.</summary>
    void Check(Faults faults);
}

/// <summary>What holds for every request body.</summary>
internal static class Body
{
    /// <summary>Longest body, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Most bytes that are taken off the line, so that who sent too many hears it instead of a broken connection.</summary>
    public const int MaxDrainedBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Reads the body as JSON; an empty one is an empty object where that is allowed.</summary>
    public static async Task<JsonDocument> ReadAsync(HttpRequest request, bool mayBeEmpty)
    {
        if (request.ContentLength > MaxBytes)
            throw ProblemException.TooLarge(MaxBytes);
        var typed = HasJsonType(request);
        if (!typed && request.ContentType is not null)
            throw ProblemException.WrongMediaType(request.ContentType);
        using var bytes = new MemoryStream();
        await CopyAsync(request, bytes);
        if (bytes.Length == 0 && mayBeEmpty)
            return JsonDocument.Parse("{}");
        if (!typed)
            throw ProblemException.WrongMediaType(null);
        try
        {
            return JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), Strict);
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.Malformed("A name in the body is no Unicode text.");
        }
        catch (JsonException malformed)
        {
            // The exception's own text repeats what was sent, which may be a token.
            throw ProblemException.Malformed(bytes.Length == 0
                ? "The body is empty."
                : $"The body is not JSON, or names a member twice: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}.");
        }
    }

    private static async Task CopyAsync(HttpRequest request, MemoryStream bytes)
    {
        var buffer = new byte[4096];
        while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is > 0 and var read)
        {
            if (bytes.Length + read > MaxBytes)
                throw ProblemException.TooLarge(MaxBytes);
            bytes.Write(buffer, 0, read);
        }
    }

    private static bool HasJsonType(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        && (type.CharSet is null || string.Equals(type.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase));
}

/// <summary>A request body of a type, read, and checked to the last member.</summary>
internal sealed record Body<T>(T Value)
    where T : class, IChecked
{
    /// <summary>Called by the framework.</summary>
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var mayBeEmpty = !ApiJson.Options.GetTypeInfo(typeof(T)).Properties.Any(member => member.IsRequired);
        using var document = await Body.ReadAsync(context.Request, mayBeEmpty);
        var faults = new Faults();
        JsonShape.Check(document.RootElement, typeof(T), "", faults);
        faults.Throw();
        var value = document.Deserialize<T>(ApiJson.Options)!;
        value.Check(faults);
        faults.Throw();
        return new Body<T>(value);
    }
}
