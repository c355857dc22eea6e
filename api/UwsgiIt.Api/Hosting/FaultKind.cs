namespace UwsgiIt.Api.Hosting;

/// <summary>Kinds of refusal; the number is the HTTP status.</summary>
internal enum FaultKind
{
    BadRequest = 400,
    Unauthorized = 401,
    Forbidden = 403,
    NotFound = 404,
    MethodNotAllowed = 405,
    Conflict = 409,
    PreconditionFailed = 412,
    TooLarge = 413,
    RangeNotSatisfiable = 416,
    Unprocessable = 422,
    PreconditionRequired = 428,
    TooManyRequests = 429,
}
