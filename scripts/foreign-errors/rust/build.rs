fn main() -> Result<(), Box<dyn std::error::Error>> {
    let proto = std::env::var("CONTRACT_PROTO")?;
    let files = ["host_service", "errors"].map(|name| format!("{proto}/pihost/v1/{name}.proto"));
    tonic_prost_build::configure()
        .build_server(false)
        .compile_protos(&files, &[proto])?;
    Ok(())
}
