fn main() -> Result<(), Box<dyn std::error::Error>> {
    let proto = std::env::var("CONTRACT_PROTO")?;
    let file = format!("{proto}/pihost/v1/host_service.proto");
    let handshake = format!("{proto}/pihost/v1/handshake.proto");
    let errors = format!("{proto}/pihost/v1/errors.proto");
    tonic_prost_build::configure()
        .build_transport(false)
        .compile_protos(&[file, handshake, errors], &[proto])?;
    Ok(())
}
