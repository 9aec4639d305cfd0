namespace MetaGrains.Graph.Parsing;

/// <content>What is remembered of names from row to row.</content>
internal sealed partial class ActionLists
{
    /// <summary>What a key of an element means.</summary>
    private enum KeyRole : byte
    {
        Unasked,

        /// <summary>Tells elements apart: the type, or a further breakdown of it.</summary>
        Part,

        /// <summary>A value or a window, which is a number.</summary>
        Number,
        Other,
    }

    private ref Note NoteOf(int name)
    {
        if (name >= _notes.Length)
            Array.Resize(ref _notes, Math.Max(name + 1, _notes.Length * 2));
        return ref _notes[name];
    }

    private KeyRole RoleOf(int name)
    {
        ref var note = ref NoteOf(name);
        if (note.Role == KeyRole.Unasked)
            note.Role = RoleOf(_names.Name(name));
        return note.Role;
    }

    private static KeyRole RoleOf(ReadOnlySpan<byte> name)
    {
        if (name.StartsWith("action_"u8))
            return KeyRole.Part;
        return name.SequenceEqual("value"u8) || (name.Length > 0 && name[0] is >= (byte)'0' and <= (byte)'9')
            ? KeyRole.Number
            : KeyRole.Other;
    }

    /// <summary>The guesses are numbers of names; a wrong one costs a look, never a wrong row.</summary>
    private struct Note
    {
        /// <summary>As a key: the key that followed it last time.</summary>
        public int NextKey;

        /// <summary>As a type: the type that followed it last time.</summary>
        public int NextType;

        public KeyRole Role;

        /// <summary>As a type: whether the tally counts it.</summary>
        public byte Counts;
    }
}
