fn main() { let x = ; 
