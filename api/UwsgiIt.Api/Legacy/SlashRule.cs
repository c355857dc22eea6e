namespace UwsgiIt.Api.Legacy;

/// <summary>Whether a path may, must or must not end with a slash.</summary>
internal enum SlashRule
{
    Either,

    /// <summary>With it: 404.</summary>
    Never,

    /// <summary>Without it: a GET is sent to the path with it.</summary>
    Always,

    /// <summary>With it: 403, the slash counts as part of the name.</summary>
    PartOfName,
}
