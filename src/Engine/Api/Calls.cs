using System.Reflection;

namespace Orleans
{
    /// <summary>One call, as a filter sees it.</summary>
    public interface IGrainCallContext
    {
        /// <summary>The grain (incoming) or the reference to it (outgoing).</summary>
        object Grain { get; }

        GrainId? SourceId { get; }

        GrainId TargetId { get; }

        GrainInterfaceType InterfaceType { get; }

        string InterfaceName { get; }

        string MethodName { get; }

        MethodInfo InterfaceMethod { get; }

        /// <summary>The result, once <see cref="Invoke"/> has completed; a filter may replace it.</summary>
        object? Result { get; set; }

        /// <summary>Goes on to the next filter, or to the method.</summary>
        Task Invoke();
    }

    public interface IIncomingGrainCallContext : IGrainCallContext
    {
        IGrainContext TargetContext { get; }

        MethodInfo ImplementationMethod { get; }
    }

    public interface IOutgoingGrainCallContext : IGrainCallContext
    {
        IGrainContext? SourceContext { get; }
    }

    public interface IIncomingGrainCallFilter
    {
        Task Invoke(IIncomingGrainCallContext context);
    }

    public interface IOutgoingGrainCallFilter
    {
        Task Invoke(IOutgoingGrainCallContext context);
    }

    public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

    public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);
}

namespace Orleans.Runtime
{
    /// <summary>Values that go along with every call made from here on. A callee's changes do not come back.</summary>
    public static class RequestContext
    {
        private static readonly AsyncLocal<Dictionary<string, object>?> Values = new();

        public static IEnumerable<string> Keys => Values.Value?.Keys ?? Enumerable.Empty<string>();

        public static IEnumerable<KeyValuePair<string, object>> Entries => Values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

        /// <summary>Never changed in place, so that it can be handed on without a copy.</summary>
        internal static Dictionary<string, object>? Current
        {
            get => Values.Value;
            set => Values.Value = value;
        }

        public static object? Get(string key) => Values.Value?.GetValueOrDefault(key);

        public static void Set(string key, object value)
        {
            MetaGrains.Engine.Serialization.ScalarCodec.Check(key, value);
            Values.Value = new Dictionary<string, object>(Values.Value ?? [], StringComparer.Ordinal) { [key] = value };
        }

        public static bool Remove(string key)
        {
            if (Values.Value?.ContainsKey(key) != true)
                return false;
            var copy = new Dictionary<string, object>(Values.Value, StringComparer.Ordinal);
            copy.Remove(key);
            Values.Value = copy.Count == 0 ? null : copy;
            return true;
        }

        public static void Clear() => Values.Value = null;
    }
}
