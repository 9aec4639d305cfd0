using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using MetaGrains.Engine.Serialization;
using Orleans.Storage;

namespace MetaGrains.Engine.Network;

/// <summary>
/// Exceptions on the wire: type name, message, stack, and inner ones. A type that is loaded here and has the usual
/// constructor comes back as itself; any other as <see cref="WrappedException"/>.
/// </summary>
internal static class ExceptionCodec
{
    private const int MaxInner = 8;
    private const int MaxText = 16 * 1024;
    private const int MaxKnownTypes = 4096;

    private static readonly ConcurrentDictionary<string, Func<string, Exception?, Exception>?> Known = new(StringComparer.Ordinal);

    public static void Write(WireWriter writer, Exception exception)
    {
        var chain = new List<Exception>();
        for (var one = exception; one is not null && chain.Count < MaxInner; one = one.InnerException)
            chain.Add(one);
        writer.Byte((byte)chain.Count);
        foreach (var one in chain)
        {
            writer.Text(one is WrappedException { OriginalExceptionType: { } original } ? original : one.GetType().FullName);
            writer.Text(Cut(one.Message));
            writer.Text(Cut(one.StackTrace));
        }
    }

    public static Exception Read(ref WireReader reader)
    {
        var count = Math.Min((int)reader.Byte(), MaxInner);
        var chain = new (string Type, string Message, string? Stack)[count];
        for (var i = 0; i < count; i++)
            chain[i] = (reader.RequiredText(), reader.Text() ?? "", reader.Text());
        Exception? inner = null;
        for (var i = count - 1; i >= 0; i--)
            inner = Make(chain[i].Type, chain[i].Message, chain[i].Stack, inner);
        return inner ?? new WrappedException("The silo told of an exception without any detail.");
    }

    private static Exception Make(string type, string message, string? stack, Exception? inner)
    {
        var make = Known.Count < MaxKnownTypes ? Known.GetOrAdd(type, Constructor) : Known.GetValueOrDefault(type);
        Exception exception;
        try
        {
            exception = make?.Invoke(message, inner) ?? new WrappedException(message) { OriginalExceptionType = type };
        }
        catch (Exception)
        {
            exception = new WrappedException(message) { OriginalExceptionType = type };
        }

        if (exception is InconsistentStateException stale)
            stale.IsSourceActivation = false;
        return string.IsNullOrEmpty(stack) ? exception : ExceptionDispatchInfo.SetRemoteStackTrace(exception, stack);
    }

    private static Func<string, Exception?, Exception>? Constructor(string name)
    {
        if (name == typeof(WrappedException).FullName)
            return null;
        var type = Type.GetType(name) ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(name)).FirstOrDefault(found => found is not null);
        if (type is null || !typeof(Exception).IsAssignableFrom(type) || type.IsAbstract)
            return null;
        const System.Reflection.BindingFlags any = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
        if (type.GetConstructor(any, [typeof(string), typeof(Exception)]) is { } both)
            return (message, inner) => (Exception)both.Invoke([message, inner]);
        return type.GetConstructor(any, [typeof(string)]) is { } one ? (message, _) => (Exception)one.Invoke([message]) : null;
    }

    private static string? Cut(string? text) => text is { Length: > MaxText } ? text[..MaxText] : text;
}
